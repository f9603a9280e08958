package dev.gatun.apps;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BuildConfigurationTest {
    private static final BuildConfiguration MAVEN = new BuildConfiguration("""
            PyTorch built with:
              - GCC 11.4
              - Intel(R) MKL-DNN v3.7.1 (Git Hash 8d263e693366ef8db40acc569cc7d8edf644556d)
              - LAPACK is enabled (usually provided by MKL)
              - Build settings: BLAS_INFO=open, BUILD_TYPE=Release, TORCH_VERSION=2.10.0, USE_CUDA=0, USE_CUDNN=OFF,\
             USE_GLOO=ON, \

            """);
    private static final BuildConfiguration PIP = new BuildConfiguration("""
            PyTorch built with:
              - GCC 13.3
              - Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build 20240605 for Intel(R) 64 architecture
              - Build settings: BLAS_INFO=mkl, TORCH_VERSION=2.14.1, USE_CUDA=ON, USE_MKLDNN=OFF
            """);

    @Test
    void mavensBuildUsesOpenBlas() {
        assertThat(MAVEN.blas()).isEqualTo("OpenBLAS");
        assertThat(MAVEN.oneDnn()).isEqualTo("oneDNN 3.7.1");
        assertThat(MAVEN.hasCuda()).isFalse();
    }

    @Test
    void aPipInstallUsesMkl() {
        assertThat(PIP.blas()).isEqualTo("MKL 2024.2");
        assertThat(PIP.oneDnn()).isEqualTo("no oneDNN");
        assertThat(PIP.hasCuda()).isTrue();
        assertThat(PIP.setting("TORCH_VERSION")).contains("2.14.1");
    }

    @Test
    void whatIsNotSaidIsUnknown() {
        assertThat(new BuildConfiguration("").blas()).isEqualTo("unknown");
        assertThat(new BuildConfiguration("").setting("USE_CUDA")).isEmpty();
    }
}
