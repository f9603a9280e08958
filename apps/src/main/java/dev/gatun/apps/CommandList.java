package dev.gatun.apps;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The list of commands in the program's help: what each does, and below it an example, the command's first footer line. */
final class CommandList implements IHelpSectionRenderer {
    private static final String INDENT = "              ";

    private CommandList() {}

    static void install(CommandLine line) {
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, new CommandList());
    }

    @Override
    public String render(Help help) {
        StringBuilder out = new StringBuilder();
        for (Map.Entry<String, Help> command : help.subcommands().entrySet()) {
            UsageMessageSpec usage = command.getValue().commandSpec().usageMessage();
            out.append(String.format("  %-11s %s%n", command.getKey(), String.join(" ", usage.description())));
            out.append(INDENT).append("e.g. ").append(usage.footer()[0].strip()).append(System.lineSeparator());
        }
        return out.toString();
    }
}
