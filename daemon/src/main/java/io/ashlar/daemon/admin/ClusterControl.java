package io.ashlar.daemon.admin;

import io.ashlar.control.ClusterInfo;
import io.ashlar.control.ControlException;
import io.ashlar.control.JoinTokenInfo;

/// The cluster, as the API shows and changes it.
public interface ClusterControl {
  ClusterInfo status();

  /// Makes a node that is alone the first of a cluster. It starts again soon after this returns.
  ///
  /// @throws ControlException with a sentence if that cannot be
  void init();

  /// Gives out a token that lets one node join.
  ///
  /// @param goodSeconds for how long it is good
  JoinTokenInfo giveToken(long goodSeconds);

  /// Joins the cluster of a token. The node starts again soon after this returns.
  ///
  /// @throws ControlException with a sentence if that cannot be
  void join(String token);
}
