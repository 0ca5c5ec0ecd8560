package io.ashlar.control;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The cluster as one of its nodes sees it.
///
/// @param state `alone` for a node that is in no cluster, else `member`
/// @param id the cluster's identity (a UUID)
/// @param verdict `HEALTH_OK`, `HEALTH_WARN` or `HEALTH_ERR`: the worst of what is the matter
/// @param leader the name of the node that leads the metadata; empty while nobody does
/// @param volumes how many there are in the cluster
/// @param nodes by number; the one that answers alone where the node is in no cluster
/// @param health what is the matter, with which node, and what to do; empty if all is well
public record ClusterInfo(
    String state,
    String id,
    String verdict,
    String leader,
    int volumes,
    List<ClusterNode> nodes,
    List<HealthEntry> health) {
  public static final String ALONE = "alone";
  public static final String MEMBER = "member";

  public ClusterInfo {
    nodes = List.copyOf(nodes);
    health = List.copyOf(health);
  }

  /// A node.
  ///
  /// @param number what certificates and messages call it
  /// @param id its identity for ever (a UUID)
  /// @param name what people call it
  /// @param zone what it shares with nodes that may fail together with it; may be empty
  /// @param address where the other nodes ask it, `address:port`
  /// @param incarnation which of its lives this is; 0 if it never started
  /// @param state `up`, `down`, `joining`, or `unknown` where it was not heard of yet
  /// @param since since when that is so, ISO 8601; empty where that is not known
  /// @param role `leader`, `voter` or `none`, in the metadata
  /// @param self whether it is the one that answers
  /// @param version of Ashlar; empty where it does not answer
  /// @param volumes how many live on it
  /// @param pool its pool; null where it does not answer
  public record ClusterNode(
      int number,
      String id,
      String name,
      String zone,
      String address,
      long incarnation,
      String state,
      String since,
      String role,
      boolean self,
      String version,
      int volumes,
      @Nullable ClusterPool pool) {}

  /// A node's pool.
  ///
  /// @param state `healthy`, or what it is instead
  public record ClusterPool(
      String device, String state, long capacityBytes, long usedBytes, long freeBytes) {}
}
