package dev.gatun.apps.fetch;

import java.net.URI;

/**
 * A file to be fetched.
 *
 * @param uri where it is
 * @param name where it goes: a path below the target folder
 * @param size its bytes, or -1 where nobody says
 * @param sha256 its hash in hex, or empty where nobody says
 * @param by who says so
 */
record RemoteFile(URI uri, String name, long size, String sha256, String by) {
    /** With what a server told about it, where nothing is known yet. */
    RemoteFile told(long itsSize, String itsSha256, String teller) {
        boolean news = sha256.isEmpty() && !itsSha256.isEmpty();
        return new RemoteFile(uri, name, size < 0 ? itsSize : size, news ? itsSha256 : sha256, news ? teller : by);
    }
}
