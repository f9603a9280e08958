import dev.gatun.torch.*
import dev.gatun.nn.*
import dev.gatun.nn.Module
import dev.gatun.nn.optim.*
import dev.gatun.nn.t5.*
