package dev.gatun.apps;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the portable bundle leaves out, and how a command that needs it says so. */
public final class LeftOut {
    /** The beginning of a jar's name, to what is in it. */
    private static final Map<String, String> JARS = new LinkedHashMap<>();

    /** The beginning of a class's name, to the same. */
    private static final Map<String, String> CLASSES = new LinkedHashMap<>();

    static {
        leave("JavaCPP and its libtorch", "org.bytedeco.", "pytorch-", "openblas-", "javacpp-");
        leave("JMH", "org.openjdk.jmh.", "jmh-core-", "jopt-simple-", "commons-math3-");
        leave("XChart (it draws pictures)", "org.knowm.", "xchart-");
        leave("DuckDB (it reads P3's Parquet files)", "org.duckdb.", "duckdb_jdbc-");
        leave("the JDK's module java.desktop", "java.awt.");
        CLASSES.put("javax.imageio.", CLASSES.get("java.awt."));
    }

    private LeftOut() {}

    private static void leave(String what, String classes, String... jars) {
        CLASSES.put(classes, what);
        for (String jar : jars) {
            JARS.put(jar, what);
        }
    }

    /** Whether the bundle is made without the jar of that name. */
    public static boolean isJar(String name) {
        return JARS.keySet().stream().anyMatch(name::startsWith);
    }

    /** The sentence about a class that is missing because the bundle leaves it out; null for any other failure. */
    static String sentence(Throwable failure) {
        if (!(failure instanceof NoClassDefFoundError || failure instanceof ClassNotFoundException)
                || failure.getMessage() == null) {
            return null;
        }
        String missing = failure.getMessage().replace('/', '.');
        return CLASSES.entrySet().stream()
                .filter(entry -> missing.contains(entry.getKey()))
                .findFirst()
                .map(entry -> "this needs " + entry.getValue()
                        + ", which the portable bundle leaves out: run it in the project")
                .orElse(null);
    }
}
