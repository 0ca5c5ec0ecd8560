package io.ashlar.replication.lease;

import io.ashlar.core.base.Check;
import io.ashlar.replication.transport.TrafficClass;
import io.ashlar.replication.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Asks all other nodes for leases again and again, gives them those that they ask for, and notes
/// when each was heard of last. One message a pair and interval, however many volumes there are.
public final class Heartbeats {
  private static final long NEVER = Long.MIN_VALUE;

  /// Another node.
  private static final class Peer {
    private final int node;
    private long askedNs = NEVER;
    private long heardNs;

    /// The life that gets no lease any more, nor any before it.
    private long fencedLife;

    /// What is to be answered; [#NEVER] if nothing is.
    private long answerNs = NEVER;

    private long answerLife;

    Peer(int node, long startNs) {
      this.node = node;
      this.heardNs = startNs;
    }
  }

  private final Transport transport;
  private final LeaseBook book;
  private final long intervalNs;
  private final long life;
  private final List<Peer> peers = new ArrayList<>();
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[HeartbeatFlyweight.BYTES]);
  private final HeartbeatFlyweight outgoing = new HeartbeatFlyweight().wrap(message, 0);
  private final HeartbeatFlyweight incoming = new HeartbeatFlyweight();
  private final UnsafeBuffer arrived = new UnsafeBuffer(0, 0);

  /// @param intervalNs between two requests; several fit into a lease
  /// @param life this node's incarnation, higher than any before it
  /// @param startNs now
  public Heartbeats(
      Transport transport, LeaseTerms terms, long intervalNs, long life, long startNs) {
    Check.that(intervalNs > 0 && 2 * intervalNs < terms.usableNs(), "a lease lasts", intervalNs);
    this.transport = transport;
    this.intervalNs = intervalNs;
    this.life = life;
    book = new LeaseBook(terms, startNs);
  }

  /// Another node belongs to the cluster.
  public void add(int node, long nowNs) {
    Check.that(find(node) == null, "a node is added once", node);
    peers.add(new Peer(node, nowNs));
  }

  /// Whether a lease from another node is held.
  public boolean holds(int node, long nowNs) {
    return book.holds(node, nowNs);
  }

  /// Since when nothing was heard of another node.
  public long heardNs(int node) {
    return peer(node).heardNs;
  }

  /// Gives no lease to that life of another node any more, nor to any before it.
  ///
  /// @return when the last that it may have been given is over
  public long fence(int node, long fencedLife) {
    Peer peer = peer(node);
    peer.fencedLife = Math.max(peer.fencedLife, fencedLife);
    return book.overNs(node, fencedLife);
  }

  /// Asks and answers.
  ///
  /// @return how many messages went out
  public int doWork(long nowNs) {
    int sent = 0;
    for (int i = 0; i < peers.size(); i++) {
      Peer peer = peers.get(i);
      if (peer.askedNs == NEVER || nowNs - peer.askedNs >= intervalNs) {
        // Lost or not: the next one comes in its time.
        peer.askedNs = nowNs;
        sent += send(peer, HeartbeatFlyweight.ASK, life, nowNs);
      }
      if (peer.answerNs != NEVER) {
        sent += send(peer, HeartbeatFlyweight.GIVE, peer.answerLife, peer.answerNs);
        peer.answerNs = NEVER;
      }
    }
    return sent;
  }

  private int send(Peer peer, byte kind, long ofLife, long askedNs) {
    outgoing.set(kind, ofLife, askedNs);
    int bytes = HeartbeatFlyweight.BYTES;
    return transport.send(peer.node, TrafficClass.CONTROL, message, 0, bytes) ? 1 : 0;
  }

  /// When the next request is due.
  public long deadlineNs() {
    long deadline = Long.MAX_VALUE;
    for (int i = 0; i < peers.size(); i++) {
      long askedNs = peers.get(i).askedNs;
      deadline = Math.min(deadline, askedNs == NEVER ? NEVER : askedNs + intervalNs);
    }
    return deadline;
  }

  /// Takes what another node said.
  public void onMessage(int from, DirectBuffer buffer, int offset, int length, long nowNs) {
    Peer peer = find(from);
    if (peer == null || length < HeartbeatFlyweight.BYTES) {
      return;
    }
    arrived.wrap(buffer, offset, length);
    incoming.wrap(arrived, 0);
    peer.heardNs = nowNs;
    if (incoming.kind() == HeartbeatFlyweight.ASK) {
      onAsked(peer, nowNs);
    } else if (incoming.kind() == HeartbeatFlyweight.GIVE && incoming.life() == life) {
      book.given(peer.node, incoming.askedNs());
    }
  }

  private void onAsked(Peer peer, long nowNs) {
    boolean isFenced = incoming.life() <= peer.fencedLife;
    if (!isFenced && book.give(peer.node, incoming.life(), nowNs)) {
      peer.answerNs = incoming.askedNs();
      peer.answerLife = incoming.life();
    }
  }

  private Peer peer(int node) {
    return Check.present(find(node), "a node of this cluster");
  }

  private @Nullable Peer find(int node) {
    for (int i = 0; i < peers.size(); i++) {
      if (peers.get(i).node == node) {
        return peers.get(i);
      }
    }
    return null;
  }
}
