package dev.gatun.nn.distributed;

/** Slurm's short forms of lists: {@code node[07-09,12],login} and {@code 4(x2),3}. */
final class SlurmLists {
    private SlurmLists() {}

    /** The first host of a node list. */
    static String firstHost(String nodes) {
        int open = nodes.indexOf('[');
        int comma = nodes.indexOf(',');
        if (open < 0 || comma >= 0 && comma < open) {
            return comma < 0 ? nodes : nodes.substring(0, comma);
        }
        int close = nodes.indexOf(']', open);
        if (close < 0) {
            throw new DistributedException(
                    "'" + nodes + "' is no node list of Slurm's: set MASTER_ADDR to the host of rank 0");
        }
        String number = nodes.substring(open + 1, close).split("[-,]", 2)[0];
        String rest = nodes.substring(close + 1);
        // A host's name may hold several ranges: rack[1-2]node[3-4].
        return nodes.substring(0, open) + number + (rest.isEmpty() || rest.startsWith(",") ? "" : firstHost(rest));
    }

    /** How many tasks the node with that number has. */
    static int tasksOf(String tasksPerNode, int node) {
        int before = 0;
        for (String part : tasksPerNode.split(",")) {
            String[] pieces = part.split("\\(x|\\)");
            try {
                before += pieces.length > 1 ? Integer.parseInt(pieces[1]) : 1;
                if (node < before) {
                    return Integer.parseInt(pieces[0]);
                }
            } catch (NumberFormatException e) {
                throw new DistributedException(
                        "'" + tasksPerNode + "' is not how Slurm writes the tasks of its nodes", e);
            }
        }
        throw new DistributedException(
                "Slurm gives the tasks of " + before + " nodes ('" + tasksPerNode + "'), and this is node " + node);
    }
}
