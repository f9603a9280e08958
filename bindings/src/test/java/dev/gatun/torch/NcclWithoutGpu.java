package dev.gatun.torch;

import dev.gatun.torch.cuda.CudaException;
import dev.gatun.torch.cuda.Nccl;
import dev.gatun.torch.cuda.NcclCommunicator;

/** Finds the NCCL of the libtorch at hand and makes a group of one GPU, if there is one. */
final class NcclWithoutGpu {
    private NcclWithoutGpu() {}

    public static void main(String[] args) throws InterruptedException {
        Nccl nccl = Nccl.load();
        System.out.println("NCCL " + nccl.version());
        try {
            byte[] id = nccl.uniqueId();
            System.out.println("id of " + id.length + " bytes");
            try (NcclCommunicator alone = nccl.communicator(id, 0, 1, 0)) {
                while (!alone.isReady()) {
                    Thread.sleep(1);
                }
                System.out.println("ready");
            }
        } catch (CudaException e) {
            System.out.println(e.getMessage());
        }
    }
}
