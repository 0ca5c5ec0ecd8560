package io.ashlar.replication.network;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Clock;
import io.ashlar.replication.identity.NodeName;
import io.ashlar.replication.network.frame.Hello;
import io.ashlar.replication.transport.TrafficClass;
import io.ashlar.replication.transport.Transport;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
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
  private final NetworkEvents events;
  private final Sockets sockets;
  private final Peers peers;
  private final List<PeerConnection> greetings = new ArrayList<>();
  private final Complaints complaints = new Complaints();
  private final UnsafeBuffer nothing = new UnsafeBuffer(new byte[0]);
  private final Runnable flush = this::onFlushDue;
  private @Nullable Channel listener;
  private @Nullable ScheduledFuture<?> ticks;
  private long lastTickNs;
  private boolean isFlushDue;
  private boolean isClosed;
  private @Nullable Throwable broken;

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
    this.events = events;
    sockets = new Sockets(loop, allocator, new Owner(), security);
    peers = new Peers(options);
    lastTickNs = clock.nanoTime();
  }

  /// Begins to listen, and to dial the peers that are or will be known.
  ///
  /// @return done when it listens; its channel has the address
  public ChannelFuture open() {
    ChannelFuture bound = sockets.listen(this::admits, greetings::add);
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
      hangUp(peer);
    }
  }

  private void hangUp(Peer peer) {
    boolean wasUp = peer.isUp();
    peer.dismiss(EndKind.DISMISSED, "node " + options.self() + " knows it no more");
    if (wasUp) {
      events.onDown(peer.node(), "Node " + peer.node() + " is no peer any more.");
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
      broken = failure;
    }
  }

  private void onTick() {
    try {
      tick();
    } catch (RuntimeException | Error failure) {
      broken = failure;
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
    isClosed = true;
    if (ticks != null) {
      ticks.cancel(false);
    }
    if (listener != null) {
      var _ = listener.close();
    }
    for (PeerConnection each : List.copyOf(greetings)) {
      each.end(EndKind.DISMISSED, "node " + options.self() + " shuts down");
    }
    for (int i = 0; i < peers.count(); i++) {
      peers.at(i).dismiss(EndKind.DISMISSED, "node " + options.self() + " shuts down");
    }
  }

  private boolean admits(InetSocketAddress remote) {
    String refused = "A connection from " + remote.getAddress().getHostAddress() + " was refused: ";
    if (!options.range().contains(remote)) {
      refused(refused + "the address lies outside the storage network " + options.range() + ".");
      return false;
    }
    if (greetings.size() >= options.limits().greetingsMax()) {
      refused(refused + greetings.size() + " others have not said who they are yet.");
      return false;
    }
    return true;
  }

  /// Tells it, unless it was told a moment ago: who is turned away tries again.
  private void refused(String sentence) {
    if (complaints.isNews(sentence, clock.nanoTime())) {
      events.onRefused(sentence);
    }
  }

  private void tick() {
    long nowNs = clock.nanoTime();
    // Who was stopped himself has not listened, and judges nobody by that.
    boolean hasListened = nowNs - lastTickNs <= options.limits().silenceNs();
    lastTickNs = nowNs;
    for (int i = 0; i < peers.count(); i++) {
      PeerConnection control = peers.at(i).connection(TrafficClass.CONTROL);
      if (control != null && !hasListened) {
        control.beginSilence(nowNs);
      }
      if (control != null && control.isSilent(nowNs)) {
        long silenceMs = TimeUnit.NANOSECONDS.toMillis(options.limits().silenceNs());
        control.end(EndKind.LOST, "nothing was heard of it for " + silenceMs + " ms");
      } else if (control != null) {
        control.keepAlive(nothing);
      }
    }
    for (PeerConnection each : List.copyOf(greetings)) {
      if (each.isOverdue(nowNs)) {
        long ms = TimeUnit.NANOSECONDS.toMillis(options.limits().greetingNs());
        each.end(EndKind.REFUSED, "it did not say who it is within " + ms + " ms");
      }
    }
    dialDue(nowNs);
  }

  private void dialDue(long nowNs) {
    for (int i = 0; i < peers.count() && ticks != null && !isClosed; i++) {
      Peer peer = peers.at(i);
      for (TrafficClass traffic : TrafficClass.values()) {
        DialSchedule schedule = peer.schedule(traffic);
        if (schedule != null && schedule.isDue(nowNs)) {
          schedule.begun();
          sockets.dial(peer, traffic, greetings::add);
        }
      }
    }
  }

  /// What connections see of the network.
  private final class Owner implements ConnectionOwner {
    @Override
    public StorageNetworkOptions options() {
      return options;
    }

    @Override
    public long nowNs() {
      return clock.nanoTime();
    }

    @Override
    public @Nullable String onIntroduced(PeerConnection connection, Hello hello) {
      Peer peer = peers.find(hello.node());
      if (peer == null || isClosed) {
        return "node " + hello.node() + " is not one that node " + options.self() + " knows";
      }
      if (hello.incarnation() < peer.incarnation()) {
        return "an older process of node "
            + hello.node()
            + " (incarnation "
            + hello.incarnation()
            + " after "
            + peer.incarnation()
            + ") is still there: stop it";
      }
      if (hello.incarnation() > peer.incarnation()) {
        peer.incarnation(hello.incarnation());
        peer.dismiss(
            EndKind.DISMISSED, "a newer process of node " + peer.node() + " took its place");
      }
      PeerConnection old = peer.connection(connection.traffic());
      if (old != null) {
        old.end(EndKind.DISMISSED, "a newer connection took its place");
      }
      return null;
    }

    @Override
    public void onEstablished(PeerConnection connection) {
      greetings.remove(connection);
      Peer peer = Check.present(peers.find(connection.node()), "was introduced");
      peer.connected(connection);
      if (connection.traffic() == TrafficClass.CONTROL) {
        events.onUp(peer.node(), peer.incarnation());
      }
    }

    @Override
    public void onEnded(PeerConnection connection, EndKind kind, String sentence) {
      boolean wasGreeting = greetings.remove(connection);
      Peer peer = peers.find(connection.node());
      boolean wasIts = peer != null && peer.disconnected(connection);
      if (peer != null && wasIts && connection.traffic() == TrafficClass.CONTROL) {
        peer.dismiss(EndKind.LOST, "its control connection is gone");
        events.onDown(peer.node(), sentence);
      }
      Expected dialed = connection.dialed();
      if (dialed == null || !wasGreeting) {
        if (kind == EndKind.REFUSED || wasGreeting) {
          refused(sentence);
        }
      }
      if (dialed != null) {
        dialEnded(dialed, wasGreeting, sentence);
      }
    }

    @Override
    public void onBroken(Throwable failure) {
      broken = failure;
    }

    private void dialEnded(Expected dialed, boolean wasGreeting, String sentence) {
      Peer callee = peers.find(dialed.node());
      if (callee == null) {
        return;
      }
      callee.ended(dialed.traffic(), clock.nanoTime());
      if (wasGreeting && callee.isNews(sentence)) {
        events.onUnreachable(callee.node(), sentence);
      }
    }
  }
}
