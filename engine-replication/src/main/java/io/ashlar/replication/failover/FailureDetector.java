package io.ashlar.replication.failover;

import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.NodePlace;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides on every node which other nodes are gone, and has the node that leads the metadata say
/// so. What it decides is a proposal; the metadata decides.
///
/// A node is gone if, all at once,
/// - this node could not reach that life of it for the whole grace,
/// - this node was not stopped meanwhile: time in which it did not look counts for nobody's
///   absence,
/// - this node leads the metadata, and reaches a majority of all nodes: who is cut off itself
///   cannot tell who is gone, and what it proposed would be committed long after.
///
/// All nodes watch all the time, so that a node that comes to lead needs not wait once more.
public final class FailureDetector {
  /// What is to be done about a node that is gone.
  @FunctionalInterface
  public interface Verdicts {
    /// @param node that is gone
    void onGone(NodeMetadata node);
  }

  /// Which nodes can be reached now.
  @FunctionalInterface
  public interface Reach {
    boolean isUp(int node);
  }

  /// Another node, in one life.
  private static final class Watched {
    private final int number;
    private NodeMetadata node;
    private boolean isFenced;

    /// When this life was reached last; until it was, when it became known.
    private long seenNs;

    private boolean wasSeen;
    private long toldNs;
    private boolean wasTold;

    Watched(int number, NodeMetadata node, long nowNs) {
      this.number = number;
      this.node = node;
      seenNs = nowNs;
    }
  }

  private final int self;
  private final DetectorTerms terms;
  private final List<Watched> watched = new ArrayList<>();
  private long lastTurnNs;

  /// @param self this node's number
  public FailureDetector(int self, DetectorTerms terms, long nowNs) {
    this.self = self;
    this.terms = terms;
    lastTurnNs = nowNs;
  }

  /// Takes over which nodes there are, in which lives, and which of these are ended.
  public void onState(ClusterState state, long nowNs) {
    List<Watched> next = new ArrayList<>();
    for (NodeMetadata node : state.nodes().values()) {
      NodePlace place = node.place();
      if (place == null || place.number() == self) {
        continue;
      }
      Watched known = find(place.number());
      boolean isSameLife = known != null && known.node.incarnation() == node.incarnation();
      Watched each = known != null && isSameLife ? known : new Watched(place.number(), node, nowNs);
      each.node = node;
      each.isFenced = state.replication().isFenced(node);
      next.add(each);
    }
    watched.clear();
    watched.addAll(next);
  }

  private @Nullable Watched find(int number) {
    for (Watched each : watched) {
      if (each.number == number) {
        return each;
      }
    }
    return null;
  }

  /// Looks who can be reached. To be called several times in a grace.
  ///
  /// @param leads whether this node leads the metadata
  public void look(long nowNs, Reach reach, Leadership leads, Verdicts verdicts) {
    long awayNs = nowNs - lastTurnNs;
    long stoppedNs = awayNs > terms.pauseNs() ? awayNs : 0;
    lastTurnNs = nowNs;
    int reachable = 1;
    for (int i = 0; i < watched.size(); i++) {
      Watched each = watched.get(i);
      each.seenNs += stoppedNs;
      if (reach.isUp(each.number)) {
        reachable++;
        each.seenNs = nowNs;
        each.wasSeen = true;
      }
    }
    boolean isMajority = 2 * reachable > watched.size() + 1;
    if (leads == Leadership.LEADS && isMajority) {
      judge(nowNs, verdicts);
    }
  }

  private void judge(long nowNs, Verdicts verdicts) {
    for (int i = 0; i < watched.size(); i++) {
      Watched each = watched.get(i);
      long patienceNs = each.wasSeen ? terms.graceNs() : terms.firstContactNs();
      boolean isAlive = each.node.incarnation() > 0 && !each.isFenced;
      boolean isTold = each.wasTold && nowNs - each.toldNs < terms.repeatNs();
      if (isAlive && !isTold && nowNs - each.seenNs > patienceNs) {
        each.wasTold = true;
        each.toldNs = nowNs;
        verdicts.onGone(each.node);
      }
    }
  }

  /// For how long a node could not be reached.
  ///
  /// @return 0 for one that can, or is not known
  public long absentNs(int number, long nowNs) {
    Watched found = find(number);
    return found == null ? 0 : nowNs - found.seenNs;
  }

  /// Who decides for the cluster.
  public enum Leadership {
    /// This node: its verdicts are proposed.
    LEADS,
    /// Another node, or nobody: this one only watches.
    FOLLOWS
  }
}
