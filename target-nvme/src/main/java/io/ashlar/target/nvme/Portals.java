package io.ashlar.target.nvme;

import java.net.InetSocketAddress;
import java.util.List;

/// Picks what discovery tells a host about where subsystems are.
final class Portals {
  private Portals() {}

  /// The sockets for I/O that a host can reach by the address by which it came; if there is none,
  /// all that have an address of their own.
  static List<InetSocketAddress> seenFrom(
      InetSocketAddress local, List<InetSocketAddress> ioAddresses) {
    List<InetSocketAddress> same =
        ioAddresses.stream()
            .filter(io -> io.getAddress().isAnyLocalAddress() || sameAddress(io, local))
            .map(io -> new InetSocketAddress(local.getAddress(), io.getPort()))
            .toList();
    return same.isEmpty() ? List.copyOf(ioAddresses) : same;
  }

  private static boolean sameAddress(InetSocketAddress io, InetSocketAddress local) {
    return io.getAddress().equals(local.getAddress());
  }
}
