package io.ashlar.daemon.cluster;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a node is in its cluster, as its file `member.json` says.
///
/// @param stage how far it got
/// @param cluster which cluster
/// @param node its identity in the metadata
/// @param number what certificates and messages call it
/// @param formerCluster the one that its pool was formatted for while the node was alone and had no
///   volumes; null where the pool stays as it is
/// @param contacts nodes that were there when it joined
public record Membership(
    Stage stage,
    UUID cluster,
    UUID node,
    int number,
    @Nullable UUID formerCluster,
    List<Contact> contacts) {
  public Membership {
    contacts = List.copyOf(contacts);
  }

  /// Another node, as of when this one joined.
  ///
  /// @param doorPort see [Door]
  public record Contact(UUID node, int number, String host, int doorPort, int metadataPort) {}

  Membership at(Stage next) {
    return new Membership(next, cluster, node, number, formerCluster, contacts);
  }
}
