package io.ashlar.daemon.node;

/// What a node does, and why.
///
/// @param state what it does
/// @param sentence why, where it failed; else empty
record NodeCondition(NodeState state, String sentence) {
  static final NodeCondition STARTING = of(NodeState.STARTING);

  static NodeCondition of(NodeState state) {
    return new NodeCondition(state, "");
  }

  /// A shard found itself broken.
  static NodeCondition failed(Throwable broken) {
    String what = broken.getMessage();
    return new NodeCondition(
        NodeState.FAILED,
        "The shard found itself broken and stopped (%s). What is on the disk is right: start the node again, and report this with its log."
            .formatted(what == null ? broken.getClass().getSimpleName() : what));
  }
}
