package dev.gatun.nn.distributed;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;

/** Which of this machine's addresses the other ranks are told. */
final class LocalAddress {
    private LocalAddress() {}

    /** The one from which the store was reached; where that is only for this machine and others take part, one for them. */
    static InetAddress choose(Rendezvous meeting) {
        InetAddress address = meeting.localAddress();
        RankInfo info = meeting.info();
        return address.isLoopbackAddress() && info.localWorldSize() < info.worldSize() ? outward(address) : address;
    }

    private static InetAddress outward(InetAddress otherwise) {
        try {
            return NetworkInterface.networkInterfaces()
                    .filter(LocalAddress::isUp)
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> address instanceof Inet4Address
                            && !address.isLoopbackAddress()
                            && !address.isLinkLocalAddress())
                    .findFirst()
                    .orElse(otherwise);
        } catch (SocketException e) {
            return otherwise;
        }
    }

    private static boolean isUp(NetworkInterface network) {
        try {
            return network.isUp() && !network.isLoopback() && !network.isVirtual();
        } catch (SocketException e) {
            return false;
        }
    }
}
