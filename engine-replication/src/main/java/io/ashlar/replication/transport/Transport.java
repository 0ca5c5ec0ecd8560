package io.ashlar.replication.transport;

import org.agrona.DirectBuffer;

/// The port through which a node's engine reaches the other nodes: messages, not connections.
///
/// A message arrives whole and unaltered, or not at all. It may be lost, late, doubled, or
/// overtaken by others, and nobody is told: who sent it sends it again if nothing comes of it. A
/// binding to connections that keep their order loses what was under way when one breaks, and no
/// more.
///
/// All calls come from one thread, on which [#poll] delivers as well. Production binds it to the
/// storage network, the simulation to its event heap; every binding passes `TransportContract`.
public interface Transport {
  /// The longest message: a record of 1 MiB with what is said about it.
  int MESSAGE_BYTES_MAX = (1 << 20) + (64 << 10);

  /// This node's number in the cluster.
  int self();

  /// Sends a copy of `length` bytes of `message` from `offset` on to another node.
  ///
  /// @return false if there is no room for it now and nothing was sent: the caller tries again on a
  ///   later turn, or lets it be
  boolean send(int node, TrafficClass traffic, DirectBuffer message, int offset, int length);

  /// Hands what has come to `receiver`, and sends on what waits.
  ///
  /// @return how many messages there were
  int poll(Receiver receiver);

  /// Takes messages.
  @FunctionalInterface
  interface Receiver {
    /// @param from the number of the node that sent it
    /// @param buffer holds it, from `offset` on, until this returns
    /// @param length at least 1
    void onMessage(int from, TrafficClass traffic, DirectBuffer buffer, int offset, int length);
  }
}
