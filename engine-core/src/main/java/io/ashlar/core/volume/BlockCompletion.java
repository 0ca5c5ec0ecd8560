package io.ashlar.core.volume;

/// Where a finished [BlockRequest] returns to: its owner, on the volume's shard thread.
@FunctionalInterface
public interface BlockCompletion {
  /// The request is done and its owner's again; `request.status` tells how it went. May run before
  /// [BlockVolume#submit] has returned.
  void onComplete(BlockRequest request);
}
