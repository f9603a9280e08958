package dev.gatun.apps.fetch;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The JVM's proxy settings where there are any, else those of the environment: HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
final class Proxies extends ProxySelector {
    private final Map<String, String> environment;
    private final ProxySelector jvm;

    Proxies(Map<String, String> environment) {
        this.environment = environment;
        this.jvm = ProxySelector.getDefault();
    }

    @Override
    public List<Proxy> select(URI uri) {
        List<Proxy> ofJvm = jvm == null ? List.of() : jvm.select(uri);
        if (ofJvm.stream().anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT)) {
            return ofJvm;
        }
        String proxy = variable(uri.getScheme() + "_proxy");
        if (proxy.isEmpty() || isExcepted(uri.getHost())) {
            return List.of(Proxy.NO_PROXY);
        }
        return List.of(new Proxy(Proxy.Type.HTTP, address(proxy)));
    }

    private static InetSocketAddress address(String proxy) {
        try {
            URI uri = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
            if (uri.getHost() != null && uri.getUserInfo() == null) {
                return new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort());
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw new FetchException("HTTP_PROXY or HTTPS_PROXY is no address such as http://proxy.example:3128 (a name"
                + " and password in it are not supported)");
    }

    private boolean isExcepted(String host) {
        for (String exception : variable("no_proxy").split("[,\\s]+")) {
            String name = exception.replaceFirst("^\\*?\\.", "").toLowerCase(Locale.ROOT);
            String asked = host.toLowerCase(Locale.ROOT);
            if (exception.equals("*") || !name.isEmpty() && (asked.equals(name) || asked.endsWith("." + name))) {
                return true;
            }
        }
        return false;
    }

    private String variable(String name) {
        String lower = environment.get(name);
        String upper = environment.get(name.toUpperCase(Locale.ROOT));
        return lower != null ? lower : upper != null ? upper : "";
    }

    @Override
    public void connectFailed(URI uri, SocketAddress proxy, IOException e) {
        // The request fails with the same exception.
    }
}
