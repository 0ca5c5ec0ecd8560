package io.ashlar.daemon.admin;

import io.ashlar.control.HealthEntry;
import io.ashlar.control.NodeInfo;
import io.ashlar.control.PoolInfo;
import java.util.List;

/// The node as the API shows it.
public interface NodeView {
  NodeInfo node();

  PoolInfo pool();

  /// What is out of order; empty if all is well.
  List<HealthEntry> health();

  /// Whether hosts are served now.
  boolean isReady();
}
