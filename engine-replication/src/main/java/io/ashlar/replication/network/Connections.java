package io.ashlar.replication.network;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Clock;
import io.ashlar.replication.network.frame.Hello;
import io.ashlar.replication.transport.TrafficClass;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// All connections of a node: who is let in, whose connection is the one that counts, and when one
/// is over.
final class Connections implements ConnectionOwner {
  private final StorageNetworkOptions options;
  private final Clock clock;
  private final NetworkEvents events;
  private final Peers peers;
  private final List<PeerConnection> greetings = new ArrayList<>();
  private final Complaints complaints = new Complaints();
  private final UnsafeBuffer nothing = new UnsafeBuffer(new byte[0]);
  private long lastTickNs;
  private boolean isClosed;
  private @Nullable Throwable broken;

  Connections(StorageNetworkOptions options, Clock clock, NetworkEvents events, Peers peers) {
    this.options = options;
    this.clock = clock;
    this.events = events;
    this.peers = peers;
    lastTickNs = clock.nanoTime();
  }

  /// A connection begins, and has yet to say who is there.
  void begin(PeerConnection connection) {
    greetings.add(connection);
  }

  boolean isClosed() {
    return isClosed;
  }

  /// What broke the network; null while it is well.
  @Nullable Throwable broken() {
    return broken;
  }

  /// Says goodbye to everybody, and lets nobody in any more.
  void close() {
    isClosed = true;
    String reason = "node " + options.self() + " shuts down";
    for (PeerConnection each : List.copyOf(greetings)) {
      each.end(EndKind.DISMISSED, reason);
    }
    for (int i = 0; i < peers.count(); i++) {
      peers.at(i).dismiss(EndKind.DISMISSED, reason);
    }
  }

  /// Cuts off a node that is no peer any more.
  void hangUp(Peer peer) {
    boolean wasUp = peer.isUp();
    peer.dismiss(EndKind.DISMISSED, "node " + options.self() + " knows it no more");
    if (wasUp) {
      events.onDown(peer.node(), "Node " + peer.node() + " is no peer any more.");
    }
  }

  /// Whether somebody at an address may connect at all.
  boolean admits(InetSocketAddress remote) {
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

  /// Ends what is over: who was silent for too long, and who did not introduce himself in time. The
  /// others are given a sign of life.
  void tick() {
    long nowNs = clock.nanoTime();
    // A node that did not get its turns has not listened meanwhile, and holds that against nobody.
    long tickNs = options.limits().keepAliveNs();
    long sinceNs = nowNs - lastTickNs;
    long stoppedNs = sinceNs > 2 * tickNs ? sinceNs - tickNs : 0;
    lastTickNs = nowNs;
    for (int i = 0; i < peers.count(); i++) {
      PeerConnection control = peers.at(i).connection(TrafficClass.CONTROL);
      if (control != null && stoppedNs > 0) {
        control.excuse(stoppedNs);
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
  }

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
      peer.dismiss(EndKind.DISMISSED, "a newer process of node " + peer.node() + " took its place");
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
