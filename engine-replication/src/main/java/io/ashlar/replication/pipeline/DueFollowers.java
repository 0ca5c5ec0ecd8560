package io.ashlar.replication.pipeline;

import org.jspecify.annotations.Nullable;

/// The followers that have something to say, linked through themselves, each once.
final class DueFollowers {
  private @Nullable FollowerVolume first;

  void add(FollowerVolume follower) {
    if (!follower.isDue) {
      follower.isDue = true;
      follower.nextDue = first;
      first = follower;
    }
  }

  /// Lets all of them say it; those without room for it stay.
  ///
  /// @return how many have said it
  int tell() {
    FollowerVolume each = first;
    first = null;
    int said = 0;
    while (each != null) {
      FollowerVolume rest = each.nextDue;
      each.nextDue = null;
      each.isDue = false;
      if (each.tell()) {
        said++;
      } else {
        add(each);
      }
      each = rest;
    }
    return said;
  }
}
