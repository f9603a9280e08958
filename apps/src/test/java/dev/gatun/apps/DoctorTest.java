package dev.gatun.apps;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in a JVM of its own, as the launcher starts it. */
class DoctorTest {
    @TempDir
    private java.nio.file.Path temporary;

    @Test
    void aHealthyInstallationIsDescribed() throws InterruptedException {
        Child.Result doctor = Child.gatun(Map.of(), "doctor");
        assertThat(doctor.err()).isEmpty();
        assertThat(doctor.exitCode()).as(doctor.out()).isZero();
        assertThat(doctor.out())
                .containsPattern("JDK +" + Runtime.version().feature() + ".*in /")
                .containsPattern("libc10.so from org.bytedeco:pytorch:\\d")
                .containsPattern("libopenblas.so.0 from org.bytedeco:openblas:\\d")
                .containsPattern("libgatun.so from dev.gatun:gatun-native:\\d")
                .containsPattern("libtorch +\\d+\\.\\d+\\.\\d+")
                .containsPattern("Ops +[23]\\d{3} wrapped, none missing")
                .containsPattern("Threads +\\d+ for one op")
                .containsPattern("BLAS +OpenBLAS, oneDNN \\d")
                .containsPattern("CUDA +no: this libtorch .* was built without CUDA.*GATUN_LIBTORCH")
                .containsPattern("Check +matrix product and its gradient: right")
                .contains("everything that Gatun needs works");
    }

    @Test
    void withoutLibtorchItSaysWhatToDo() throws InterruptedException {
        Child.Result doctor = Child.gatun(Map.of("GATUN_LIBTORCH", temporary.toString()), "doctor");
        assertThat(doctor.exitCode()).isEqualTo(1);
        assertThat(doctor.out())
                .containsPattern("JDK +" + Runtime.version().feature())
                .contains("FAILED: GATUN_LIBTORCH=" + temporary + " holds no libc10.so")
                .contains("or unset it to use the libtorch from Maven");
        assertThat(doctor.err()).isEmpty();
    }
}
