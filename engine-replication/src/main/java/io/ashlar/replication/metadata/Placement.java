package io.ashlar.replication.metadata;

import java.util.Collections;
import java.util.SortedSet;
import java.util.UUID;

/// Where a volume is to live.
///
/// @param members the devices that get a replica, by their incarnations
/// @param primary the one of them that serves first
/// @param minInSync with fewer replicas than this nothing is acknowledged
public record Placement(SortedSet<UUID> members, UUID primary, int minInSync) {
  public static final int MEMBERS_MAX = 8;

  public Placement {
    members = Collections.unmodifiableSortedSet(members);
  }
}
