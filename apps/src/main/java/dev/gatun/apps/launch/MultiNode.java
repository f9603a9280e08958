package dev.gatun.apps.launch;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code --nnodes} and the rendezvous options say about a run on several machines.
 *
 * @param runId the run's name
 * @param min how many machines are needed
 * @param max how many are used at most
 * @param isStatic whether machines are numbered by {@code --node-rank}, otherwise as they come
 * @param host where the store is
 * @param hostsHere whether this launcher keeps it
 * @param joinTimeout how long machines have until enough are there
 * @param lastCall how long to wait for more than enough
 * @param keepAlive the silence after which a machine is given up
 */
record MultiNode(
        String runId,
        int min,
        int max,
        boolean isStatic,
        String host,
        int port,
        boolean hostsHere,
        int maxRestarts,
        Duration joinTimeout,
        Duration lastCall,
        Duration keepAlive) {
    private static final Pattern NODES = Pattern.compile("([1-9]\\d{0,4})(?::([1-9]\\d{0,4}))?");
    private static final Pattern ENDPOINT = Pattern.compile("\\[?([\\w.:-]+?)]?(?::(\\d{1,5}))?");

    /** @throws IllegalArgumentException if the options do not fit together */
    static MultiNode of(LaunchOptions options) {
        Matcher nodes = NODES.matcher(options.nnodes);
        if (!nodes.matches()) {
            throw new IllegalArgumentException(
                    "--nnodes should be a number, or MIN:MAX, and is '" + options.nnodes + "'");
        }
        int min = Integer.parseInt(nodes.group(1));
        int max = nodes.group(2) == null ? min : Integer.parseInt(nodes.group(2));
        boolean isStatic = options.backend.equals("static") && min == max;
        if (!options.backend.matches("static|c10d")) {
            throw new IllegalArgumentException(
                    "--rdzv-backend is static or c10d here, and not '" + options.backend + "'");
        }
        if (max < min || isStatic && (options.nodeRank < 0 || options.nodeRank >= max)) {
            throw new IllegalArgumentException("--nnodes " + options.nnodes + " and --node-rank " + options.nodeRank
                    + " do not fit: MIN is not above MAX, and nodes are numbered from 0 to " + (max - 1));
        }
        String endpoint = options.endpoint != null ? options.endpoint : options.masterAddr;
        Matcher parts = ENDPOINT.matcher(endpoint);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "--rdzv-endpoint should be HOST or HOST:PORT, and is '" + endpoint + "'");
        }
        Map<String, String> conf = conf(options);
        String host = parts.group(1);
        boolean hostsHere = conf.containsKey("is_host")
                ? conf.get("is_host").matches("1|(?i)true|t|yes|y")
                : isStatic ? options.nodeRank == 0 : isThisMachine(host);
        return new MultiNode(
                options.runId,
                min,
                max,
                isStatic,
                host,
                parts.group(2) == null ? options.masterPort : Integer.parseInt(parts.group(2)),
                hostsHere,
                options.maxRestarts,
                seconds(conf, "join_timeout", conf.containsKey("timeout") ? "timeout" : "join_timeout", 600),
                seconds(conf, "last_call_timeout", "last_call_timeout", 30),
                seconds(conf, "keep_alive", "keep_alive", 15));
    }

    /** Whether there are others at all. */
    boolean isAlone() {
        return max == 1;
    }

    private static Map<String, String> conf(LaunchOptions options) {
        Map<String, String> conf = new TreeMap<>();
        for (String pair : options.conf) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals).strip();
            if (equals < 0 || !key.matches("join_timeout|timeout|last_call_timeout|keep_alive|is_host")) {
                throw new IllegalArgumentException("--rdzv-conf takes join_timeout, last_call_timeout and keep_alive in"
                        + " seconds, and is_host=true or false; not '" + pair + "'");
            }
            conf.put(key, pair.substring(equals + 1).strip());
        }
        return conf;
    }

    private static Duration seconds(Map<String, String> conf, String name, String key, int otherwise) {
        String text = conf.getOrDefault(key, Integer.toString(otherwise));
        if (!text.matches("\\d{1,6}")) {
            throw new IllegalArgumentException("--rdzv-conf: " + name + " should be in seconds, and is '" + text + "'");
        }
        return Duration.ofSeconds(Long.parseLong(text));
    }

    private static boolean isThisMachine(String host) {
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null) {
                    return true;
                }
            }
            return false;
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("--rdzv-endpoint: there is no host '" + host + "'", e);
        } catch (SocketException e) {
            return false;
        }
    }
}
