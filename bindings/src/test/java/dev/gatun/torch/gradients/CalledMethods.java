package dev.gatun.torch.gradients;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.util.HashSet;
import java.util.Set;

/** Tells which methods of tensors a compiled class calls: a table of ops is checked against what it really calls. */
final class CalledMethods {
    private CalledMethods() {}

    static Set<String> ofTorchIn(Class<?> table) throws IOException {
        Set<String> names = new HashSet<>();
        try (InputStream in = table.getResourceAsStream(table.getSimpleName() + ".class")) {
            for (PoolEntry entry : ClassFile.of().parse(in.readAllBytes()).constantPool()) {
                if (entry instanceof MemberRefEntry member
                        && member.owner().asInternalName().matches("dev/gatun/torch/(Tensor|Torch).*")) {
                    names.add(member.name().stringValue());
                }
            }
        }
        return names;
    }
}
