package io.ashlar.replication.network;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Clock;
import io.ashlar.replication.identity.NodeName;
import io.ashlar.replication.transport.TrafficClass;
import io.ashlar.replication.transport.Transport;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/// The production binding of [Transport]: TCP, one connection per peer and class.
///
/// Everything happens on the event loop that is given to it, and every method is called there; in
/// production it is the shard's own, so that a message crosses no thread. The node with the higher
/// number dials. A peer is up while its control connection is; when that is silent or breaks, the
/// peer's other connections are closed too, so that nothing grows old in them.
public final class StorageNetwork implements Transport, AutoCloseable {
  /// So many messages of one connection are delivered before the others get their turn.
  private static final int DELIVERED_AT_ONCE = 64;

  private final EventLoop loop;
  private final Clock clock;
  private final StorageNetworkOptions options;
  private final Sockets sockets;
  private final Peers peers;
  private final Connections connections;
  private final Runnable flush = this::onFlushDue;
  private @Nullable Channel listener;
  private @Nullable ScheduledFuture<?> ticks;
  private boolean isFlushDue;

  /// @param loop with epoll or NIO sockets
  /// @param allocator where the bytes of all connections lie; one that pools, in production
  /// @throws IllegalArgumentException with a sentence if the certificate is another node's
  public StorageNetwork(
      EventLoop loop,
      ByteBufAllocator allocator,
      Clock clock,
      StorageNetworkOptions options,
      ChannelSecurity security,
      NetworkEvents events) {
    NodeName self = new NodeName(options.hello().cluster(), options.self());
    NodeName proved = security.provenName();
    if (proved != null && !proved.equals(self)) {
      throw new IllegalArgumentException(
          "This node is "
              + self.uri()
              + ", and its certificate is "
              + proved.uri()
              + "'s: issue one for this node.");
    }
    this.loop = loop;
    this.clock = clock;
    this.options = options;
    peers = new Peers(options);
    connections = new Connections(options, clock, events, peers);
    sockets = new Sockets(loop, allocator, connections, security);
  }

  /// Begins to listen, and to dial the peers that are or will be known.
  ///
  /// @return done when it listens; its channel has the address
  public ChannelFuture open() {
    ChannelFuture bound = sockets.listen(connections::admits, connections::begin);
    listener = bound.channel();
    long tickNs = options.limits().keepAliveNs();
    ticks = loop.scheduleWithFixedDelay(this::onTick, 0, tickNs, TimeUnit.NANOSECONDS);
    return bound;
  }

  /// Says where a node is, from now on. A node that was known at another address is cut off first.
  ///
  /// @throws IllegalArgumentException with a sentence if the address is none of the storage
  ///   network's
  public void addPeer(int node, InetSocketAddress address) {
    Check.that(node >= 0 && node != options.self(), "a peer is another node", node);
    if (!options.range().contains(address)) {
      throw new IllegalArgumentException(
          "Node "
              + node
              + " has the address "
              + address
              + ", outside the storage network "
              + options.range()
              + ": nothing is sent there. Correct the address or the range.");
    }
    Peer known = peers.find(node);
    if (known != null && known.address().equals(address)) {
      return;
    }
    removePeer(node);
    peers.add(new Peer(node, address), clock.nanoTime());
    dialDue(clock.nanoTime());
  }

  /// Cuts a node off, and does not know it any more.
  public void removePeer(int node) {
    Peer peer = peers.remove(node);
    if (peer != null) {
      connections.hangUp(peer);
    }
  }

  /// Whether a node can be reached, as far as this one knows: it was heard a moment ago.
  public boolean isUp(int node) {
    Peer peer = peers.find(node);
    return peer != null && peer.isUp();
  }

  /// Whether messages of a class can be sent to a node.
  public boolean isConnected(int node, TrafficClass traffic) {
    Peer peer = peers.find(node);
    return peer != null && peer.connection(traffic) != null;
  }

  @Override
  public int self() {
    return options.self();
  }

  @Override
  public boolean send(
      int node, TrafficClass traffic, DirectBuffer message, int offset, int length) {
    Check.that(node != options.self(), "a node sends nothing to itself", node);
    Check.that(length > 0 && length <= MESSAGE_BYTES_MAX, "a message has a length", length);
    Peer peer = peers.find(node);
    PeerConnection connection = peer == null ? null : peer.connection(traffic);
    if (connection == null || !connection.offer(message, offset, length)) {
      return false;
    }
    if (!isFlushDue) {
      // What is sent in one turn of the loop leaves together, at its end or in the next poll.
      isFlushDue = true;
      loop.execute(flush);
    }
    return true;
  }

  /// @throws IllegalStateException if the network found itself broken: the caller's shard is to
  ///   stop
  @Override
  public int poll(Receiver receiver) {
    Throwable broken = connections.broken();
    if (broken != null) {
      throw new IllegalStateException("the storage network is broken", broken);
    }
    int count = 0;
    for (int traffic = 0; traffic < TrafficClass.COUNT; traffic++) {
      for (int i = 0; i < peers.count(); i++) {
        PeerConnection connection = peers.at(i).connection(traffic);
        count += connection == null ? 0 : connection.deliver(receiver, DELIVERED_AT_ONCE);
      }
    }
    flush();
    return count;
  }

  /// The event loop would swallow a failure of what it calls by itself; the next poll does not.
  private void onFlushDue() {
    try {
      flush();
    } catch (RuntimeException | Error failure) {
      connections.onBroken(failure);
    }
  }

  private void onTick() {
    try {
      tick();
    } catch (RuntimeException | Error failure) {
      connections.onBroken(failure);
    }
  }

  private void flush() {
    isFlushDue = false;
    for (int i = 0; i < peers.count(); i++) {
      peers.at(i).flush();
    }
  }

  /// Stops listening and says goodbye to everybody.
  @Override
  public void close() {
    if (ticks != null) {
      ticks.cancel(false);
    }
    if (listener != null) {
      var _ = listener.close();
    }
    connections.close();
  }

  private void tick() {
    connections.tick();
    dialDue(clock.nanoTime());
  }

  private void dialDue(long nowNs) {
    for (int i = 0; i < peers.count() && ticks != null && !connections.isClosed(); i++) {
      Peer peer = peers.at(i);
      for (TrafficClass traffic : TrafficClass.values()) {
        DialSchedule schedule = peer.schedule(traffic);
        if (schedule != null && schedule.isDue(nowNs)) {
          schedule.begun();
          sockets.dial(peer, traffic, connections::begin);
        }
      }
    }
  }
}
