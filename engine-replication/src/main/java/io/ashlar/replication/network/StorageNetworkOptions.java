package io.ashlar.replication.network;

import io.ashlar.core.base.Check;
import io.ashlar.replication.network.frame.Hello;
import io.ashlar.replication.network.frame.VersionRange;
import java.net.InetSocketAddress;
import java.util.UUID;

/// Who this node is on the storage network, and where.
///
/// @param hello what it says of itself
/// @param listen the address that it listens on and dials from, with a port; 0 lets the kernel
///   choose
/// @param range the addresses of the storage network, its own among them
public record StorageNetworkOptions(
    Hello hello, InetSocketAddress listen, AddressRange range, NetworkLimits limits) {
  /// @throws IllegalArgumentException with a sentence if the own address is not one of the
  ///   network's
  public StorageNetworkOptions {
    Check.that(hello.node() >= 0, "nodes are numbered", hello.node());
    if (listen.isUnresolved() || listen.getAddress().isAnyLocalAddress()) {
      throw new IllegalArgumentException(
          "The storage network listens on one address of this machine, and '"
              + listen
              + "' is none: name the address that the other nodes know.");
    }
    if (!range.contains(listen)) {
      throw new IllegalArgumentException(
          "The address "
              + listen.getAddress().getHostAddress()
              + " lies outside the storage network "
              + range
              + ": correct one of them.");
    }
  }

  /// What this release does by default.
  ///
  /// @param incarnation of this process: positive, and higher than in any life before
  public static StorageNetworkOptions of(
      UUID cluster, int self, long incarnation, InetSocketAddress listen, AddressRange range) {
    Hello hello = new Hello(cluster, self, incarnation, VersionRange.SUPPORTED);
    return new StorageNetworkOptions(hello, listen, range, NetworkLimits.DEFAULT);
  }

  int self() {
    return hello.node();
  }
}
