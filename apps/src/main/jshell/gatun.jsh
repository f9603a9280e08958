import dev.gatun.torch.*
