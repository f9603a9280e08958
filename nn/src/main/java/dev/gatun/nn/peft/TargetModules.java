package dev.gatun.nn.peft;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Which modules of a model are changed, by PEFT's rule for {@code target_modules}: either a list of names, each of which
 * stands for every module whose dotted name is it or ends in a dot and it, or one regular expression for the whole name.
 *
 * @param names the list, empty if there is an expression
 * @param regex the expression, or null
 */
public record TargetModules(List<String> names, String regex) {
    /** Checks that there is one of the two. */
    public TargetModules {
        names = List.copyOf(names);
        if (names.isEmpty() == (regex == null)) {
            throw new IllegalArgumentException("target modules are either a list of names or a regular expression");
        }
        if (regex != null) {
            Pattern.compile(regex);
        }
    }

    /** Modules called this, or whose name's last parts are this, as in {@code target_modules=["q", "v"]}. */
    public static TargetModules named(String... names) {
        return new TargetModules(List.of(names), null);
    }

    /** Modules whose whole name matches {@code regex}, as in {@code target_modules=r".*SelfAttention\.(q|v)"}. */
    public static TargetModules matching(String regex) {
        return new TargetModules(List.of(), regex);
    }

    /** Whether the module with this dotted name is meant. */
    public boolean matches(String name) {
        return regex == null
                ? names.stream().anyMatch(end -> name.equals(end) || name.endsWith("." + end))
                : Pattern.matches(regex, name);
    }

    @Override
    public String toString() {
        return regex == null ? names.toString() : regex;
    }
}
