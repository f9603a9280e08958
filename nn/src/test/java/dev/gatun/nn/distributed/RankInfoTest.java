package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankInfoTest {
    private static final Map<String, String> TORCHRUN = Map.of(
            "RANK", "5",
            "WORLD_SIZE", "8",
            "LOCAL_RANK", "1",
            "LOCAL_WORLD_SIZE", "4",
            "GROUP_RANK", "1",
            "MASTER_ADDR", "node7",
            "MASTER_PORT", "29500",
            "TORCHELASTIC_RESTART_COUNT", "2",
            "TORCHELASTIC_USE_AGENT_STORE", "True",
            "TORCHELASTIC_RUN_ID", "run");

    private static Map<String, String> with(Map<String, String> variables, String name, String value) {
        Map<String, String> changed = new HashMap<>(variables);
        changed.put(name, value);
        return changed;
    }

    @Test
    void torchrunsVariables() {
        assertThat(RankInfo.fromEnvironment(TORCHRUN))
                .isEqualTo(new RankInfo(5, 8, 1, 4, 1, "node7", 29500, 2, true, "run"));
        // A launcher goes before the scheduler that it was started by.
        Map<String, String> both = with(with(TORCHRUN, "SLURM_PROCID", "0"), "SLURM_NTASKS", "2");
        assertThat(RankInfo.fromEnvironment(both).rank()).isEqualTo(5);
    }

    @Test
    void kubeflowLeavesOutWhatIsLocal() {
        Map<String, String> pod =
                Map.of("RANK", "3", "WORLD_SIZE", "4", "MASTER_ADDR", "job-master-0", "MASTER_PORT", "23456");
        assertThat(RankInfo.fromEnvironment(pod))
                .isEqualTo(new RankInfo(3, 4, 0, 1, 3, "job-master-0", 23456, 0, false, ""));
    }

    @Test
    void nothingIsOneProcess() {
        assertThat(RankInfo.fromEnvironment(Map.of("PATH", "/bin"))).isEqualTo(RankInfo.single());
        assertThat(RankInfo.fromEnvironment(Map.of("RANK", "0", "WORLD_SIZE", "1"))
                        .worldSize())
                .isOne();
    }

    @Test
    void aSlurmStep() {
        Map<String, String> step = Map.of(
                "SLURM_PROCID", "6",
                "SLURM_LOCALID", "2",
                "SLURM_NODEID", "1",
                "SLURM_NTASKS", "7",
                "SLURM_STEP_ID", "0",
                "SLURM_JOB_ID", "1234",
                "SLURM_STEP_TASKS_PER_NODE", "4,3",
                "SLURM_JOB_NODELIST", "gpu[07-08]");
        RankInfo info = RankInfo.fromEnvironment(step);
        assertThat(info).isEqualTo(new RankInfo(6, 7, 2, 3, 1, "gpu07", info.masterPort(), 0, false, "1234"));
        assertThat(info.masterPort()).isBetween(20000, 29999);
        assertThat(RankInfo.fromEnvironment(with(step, "SLURM_PROCID", "0")).masterPort())
                .isEqualTo(info.masterPort());
        assertThat(RankInfo.fromEnvironment(with(step, "MASTER_ADDR", "10.0.0.1"))
                        .masterAddr())
                .isEqualTo("10.0.0.1");
    }

    @Test
    void aBatchScriptOfSlurmsIsNoStep() {
        Map<String, String> script = Map.of("SLURM_PROCID", "0", "SLURM_NTASKS", "8", "SLURM_JOB_ID", "1234");
        assertThat(RankInfo.fromEnvironment(script)).isEqualTo(RankInfo.single());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "login login",
                "n1,n2 n1",
                "n[3,5-9] n3",
                "a[001-100],b a001",
                "rack[1-2]node[3-4] rack1node3",
                "x,y[1-2] x"
            })
    void theFirstHost(String nodes, String host) {
        assertThat(SlurmLists.firstHost(nodes)).isEqualTo(host);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {"4 0 4", "2(x3),1 0 2", "2(x3),1 2 2", "2(x3),1 3 1"})
    void theTasksOfANode(String tasks, int node, int count) {
        assertThat(SlurmLists.tasksOf(tasks, node)).isEqualTo(count);
    }

    @Test
    void mpi() {
        Map<String, String> openMpi = Map.of(
                "OMPI_COMM_WORLD_RANK", "1",
                "OMPI_COMM_WORLD_SIZE", "2",
                "OMPI_COMM_WORLD_LOCAL_RANK", "1",
                "OMPI_COMM_WORLD_LOCAL_SIZE", "2",
                "SLURM_PROCID", "0");
        RankInfo info = RankInfo.fromEnvironment(openMpi);
        assertThat(info).isEqualTo(new RankInfo(1, 2, 1, 2, 0, "127.0.0.1", info.masterPort(), 0, false, ""));
        assertThatThrownBy(() -> RankInfo.fromEnvironment(with(openMpi, "OMPI_COMM_WORLD_LOCAL_SIZE", "1")))
                .isInstanceOf(DistributedException.class)
                .hasMessageContaining("mpirun -x MASTER_ADDR");
        assertThat(RankInfo.fromEnvironment(
                        Map.of("PMI_RANK", "3", "PMI_SIZE", "4", "MASTER_ADDR", "h", "MASTER_PORT", "5")))
                .isEqualTo(new RankInfo(3, 4, 0, 1, 3, "h", 5, 0, false, ""));
    }

    @Test
    void whatIsMissingOrWrongIsNamed() {
        assertThatThrownBy(() -> RankInfo.fromEnvironment(Map.of("RANK", "0", "WORLD_SIZE", "2")))
                .hasMessageContaining("MASTER_ADDR is not set");
        assertThatThrownBy(() -> RankInfo.fromEnvironment(Map.of("WORLD_SIZE", "2")))
                .hasMessageContaining("RANK is not set");
        assertThatThrownBy(() -> RankInfo.fromEnvironment(with(TORCHRUN, "RANK", "eight")))
                .hasMessage("RANK should be a whole number, and is 'eight'");
        assertThatThrownBy(() -> RankInfo.fromEnvironment(with(TORCHRUN, "RANK", "8")))
                .hasMessageContaining("rank 8 and world size 8 do not fit");
        assertThatThrownBy(() -> RankInfo.fromEnvironment(with(TORCHRUN, "MASTER_PORT", "70000")))
                .hasMessageContaining("MASTER_PORT");
    }
}
