package dev.gatun.apps.bench.distributed;

import dev.gatun.nn.distributed.RankInfo;
import dev.gatun.torch.Tensor;
import java.time.Duration;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.gloo.Device;

/** The limit: c10d's Gloo, called with nothing around it. Connects in the store of the run, with sockets of its own. */
final class RawGloo {
    private final ProcessGroupGloo gloo;
    private final AllreduceOptions options = new AllreduceOptions();

    RawGloo(RankInfo info, Duration timeout) {
        try (Milliseconds limit = new Milliseconds(timeout.toMillis());
                TCPStoreOptions storeOptions = new TCPStoreOptions()
                        .port((short) info.masterPort())
                        .isServer(false)
                        .waitWorkers(false)
                        .timeout(limit);
                TCPStore tcp = new TCPStore(info.masterAddr(), storeOptions);
                PrefixStore store = new PrefixStore("raw", tcp);
                Device device = ProcessGroupGloo.createDeviceForHostname(info.masterAddr());
                GlooDeviceVector devices = new GlooDeviceVector(device);
                ProcessGroupGloo.Options groupOptions = ProcessGroupGloo.Options.create(limit)) {
            groupOptions.devices(devices).threads(1);
            gloo = new ProcessGroupGloo(store, info.rank(), info.worldSize(), groupOptions);
        }
    }

    /** A tensor as Gloo takes it, to be used again and again. */
    static TensorVector list(Tensor tensor) {
        return new TensorVector(new Borrowed(tensor.nativeHandle()));
    }

    /** A sum over all ranks. */
    void allReduce(TensorVector tensors) {
        try (Work work = gloo.allreduce(tensors, options)) {
            work._wait();
        }
    }

    private static final class Borrowed extends org.bytedeco.pytorch.Tensor {
        Borrowed(long address) {
            super(new Address(address));
        }
    }

    private static final class Address extends Pointer {
        Address(long value) {
            address = value;
        }
    }
}
