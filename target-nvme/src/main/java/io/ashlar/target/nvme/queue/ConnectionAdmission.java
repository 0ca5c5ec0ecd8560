package io.ashlar.target.nvme.queue;

import io.ashlar.target.nvme.subsystem.ConnectionLimits;
import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Counts a node's connections, all and per peer address. Used by all loops, once per connection.
public final class ConnectionAdmission {
  private final ConnectionLimits limits;
  private final AtomicInteger total = new AtomicInteger();
  private final ConcurrentMap<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();

  public ConnectionAdmission(ConnectionLimits limits) {
    this.limits = limits;
  }

  /// Lets a connection in, if there is room for it.
  ///
  /// @return false if it must be closed at once; [#leave] is not to be called then
  public boolean enter(InetAddress peer) {
    if (total.incrementAndGet() > limits.connectionsMax()) {
      total.decrementAndGet();
      return false;
    }
    if (byAddress.merge(peer, 1, Integer::sum) > limits.connectionsPerAddressMax()) {
      leave(peer);
      return false;
    }
    return true;
  }

  /// A connection that was let in is closed.
  public void leave(InetAddress peer) {
    total.decrementAndGet();
    byAddress.computeIfPresent(peer, (key, count) -> count == 1 ? null : count - 1);
  }

  /// How many connections there are.
  public int count() {
    return total.get();
  }
}
