package io.ashlar.daemon.admin;

import io.ashlar.control.NodeInfo;
import io.ashlar.control.PoolInfo;

/// The node as the API shows it.
public interface NodeView {
  NodeInfo node();

  PoolInfo pool();

  /// Whether hosts are served now.
  boolean isReady();
}
