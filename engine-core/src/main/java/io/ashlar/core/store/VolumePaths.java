package io.ashlar.core.store;

/// What a volume hands its requests to. One for all volumes of a lane.
interface VolumePaths {
  ReadPath reads();

  WritePath writes();

  AtomicUpdates updates();

  CompositeOperations composites();

  MappingOperation mapping();

  /// The epoch of this start.
  int epoch();

  /// Whether the log takes nothing any more.
  boolean isFailed();

  /// Whether neither a checkpoint nor the cleaner can gain the space that a write lacks.
  ///
  /// @param fullOfLiveData whether live data alone fills the pool, so that cleaning is of no use
  boolean isSpaceExhausted(boolean fullOfLiveData);
}
