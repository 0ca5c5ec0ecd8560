package io.ashlar.replication.network;

import io.ashlar.replication.network.frame.Hello;
import io.ashlar.replication.network.frame.VersionRange;
import org.jspecify.annotations.Nullable;

/// Whether the other end of a connection is one to talk to, by what it says and what its
/// certificate proves. Whether this node knows it at all is the network's to say.
final class Introduction {
  private Introduction() {}

  /// @param mine what this node says
  /// @param theirs what the other end says
  /// @param certified the node that its certificate names; null where there is no certificate
  /// @param dialed whom this end dialed; null if it was dialed itself
  /// @return why not, as the rest of a sentence about the other end; null if it is welcome
  static @Nullable String refusal(
      Hello mine, Hello theirs, @Nullable Integer certified, @Nullable Expected dialed) {
    if (!theirs.cluster().equals(mine.cluster())) {
      return "it belongs to cluster " + theirs.cluster() + ", and this is " + mine.cluster();
    }
    if (certified != null && certified != theirs.node()) {
      return "it says it is node "
          + theirs.node()
          + ", and its certificate is node "
          + certified
          + "'s";
    }
    if (theirs.node() == mine.node()) {
      return "it says it is node " + mine.node() + ", which is this one";
    }
    if (dialed != null && dialed.node() != theirs.node()) {
      return "node "
          + theirs.node()
          + " answers where node "
          + dialed.node()
          + " should: correct its address";
    }
    if (dialed == null && theirs.node() < mine.node()) {
      return "node "
          + theirs.node()
          + " dialed node "
          + mine.node()
          + ", and the higher number dials";
    }
    if (mine.versions().agree(theirs.versions()) == VersionRange.NONE) {
      return "it speaks "
          + theirs.versions()
          + " of the protocol, and this node "
          + mine.versions()
          + ": upgrade nodes one release at a time";
    }
    return null;
  }
}
