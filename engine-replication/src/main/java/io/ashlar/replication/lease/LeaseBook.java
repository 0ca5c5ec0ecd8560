package io.ashlar.replication.lease;

import org.agrona.collections.Int2ObjectHashMap;

/// The leases that this node has given to others and has from others, for all volumes at once: C.
/// G. Gray and D. R. Cheriton, "Leases" (1989).
///
/// A node that asks notes when it asked; who gives keeps its promise from when it gives, which is
/// later. So the taker's lease ends first, whatever the way of the messages, as long as no clock
/// runs faster than [LeaseTerms] allow. Nothing is written down: who starts anew first waits as
/// long as the leases that its last life may have given.
public final class LeaseBook {
  private static final long NEVER = Long.MIN_VALUE;

  /// What is known of another node.
  private static final class Peer {
    private long incarnation = NEVER;
    private long keptUntilNs = NEVER;
    private long heldUntilNs = NEVER;
  }

  private final LeaseTerms terms;
  private final long freshFromNs;

  /// By node. Looked up for every read, and never walked.
  private final Int2ObjectHashMap<Peer> peers = new Int2ObjectHashMap<>();

  /// @param startNs when this life began
  public LeaseBook(LeaseTerms terms, long startNs) {
    this.terms = terms;
    freshFromNs = startNs + terms.lengthNs();
  }

  /// Another node asks for a lease and gets it.
  ///
  /// @param incarnation its life: a newer one means that the older, and what it was given, is over
  /// @return false if a newer life of that node is known: it gets none
  public boolean give(int node, long incarnation, long nowNs) {
    Peer peer = peer(node);
    if (incarnation < peer.incarnation) {
      return false;
    }
    peer.incarnation = incarnation;
    peer.keptUntilNs = nowNs + terms.lengthNs();
    return true;
  }

  /// When the last lease that a node was given is over, so that another may serve in its place.
  ///
  /// @param incarnation the life that is to be over
  /// @return a time of this node's clock; it may be past
  public long overNs(int node, long incarnation) {
    Peer peer = peer(node);
    if (peer.incarnation > incarnation) {
      return NEVER;
    }
    return Math.max(freshFromNs, peer.keptUntilNs);
  }

  /// Another node gave this one a lease.
  ///
  /// @param askedNs when this node asked for it
  public void given(int node, long askedNs) {
    Peer peer = peer(node);
    peer.heldUntilNs = Math.max(peer.heldUntilNs, askedNs + terms.usableNs());
  }

  /// Whether this node has a lease from another.
  public boolean holds(int node, long nowNs) {
    return nowNs < peer(node).heldUntilNs;
  }

  private Peer peer(int node) {
    Peer known = peers.get(node);
    if (known == null) {
      known = new Peer();
      peers.put(node, known);
    }
    return known;
  }
}
