package io.ashlar.core.store;

import io.ashlar.core.checkpoint.Checkpointer;
import io.ashlar.core.device.SubmissionQueue;
import io.ashlar.core.gc.Cleaner;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.segment.LogWriter;
import io.ashlar.core.segment.SegmentTable;

/// The parts that a store is composed of, as [StoreOpening] made them.
record StoreParts(
    LogSide logSide,
    VolumeSide volumeSide,
    SpaceGauge space,
    SubmissionQueue submissions,
    HealthLog health,
    StoreOptions options) {
  /// What keeps the log.
  record LogSide(
      SegmentTable segments,
      BlockIndex index,
      LogWriter log,
      Checkpointer checkpointer,
      Cleaner cleaner,
      Cleaner pageCleaner,
      IndexPages pages) {}

  /// What serves volumes.
  record VolumeSide(
      ReadPath reads,
      WritePath writes,
      AtomicUpdates updates,
      CompositeOperations composites,
      CatalogWriter catalogWriter,
      RecordApplier applier) {}

  SegmentTable segments() {
    return logSide.segments;
  }

  BlockIndex index() {
    return logSide.index;
  }

  LogWriter log() {
    return logSide.log;
  }

  Checkpointer checkpointer() {
    return logSide.checkpointer;
  }

  Cleaner cleaner() {
    return logSide.cleaner;
  }

  /// The one for segments of index pages.
  Cleaner pageCleaner() {
    return logSide.pageCleaner;
  }

  IndexPages pages() {
    return logSide.pages;
  }

  ReadPath reads() {
    return volumeSide.reads;
  }

  WritePath writes() {
    return volumeSide.writes;
  }

  AtomicUpdates updates() {
    return volumeSide.updates;
  }

  CompositeOperations composites() {
    return volumeSide.composites;
  }

  CatalogWriter catalogWriter() {
    return volumeSide.catalogWriter;
  }

  RecordApplier applier() {
    return volumeSide.applier;
  }

  /// Whether no request is under way and nothing waits to be written.
  boolean isIdle() {
    return writes().isIdle()
        && reads().isIdle()
        && updates().isIdle()
        && composites().isIdle()
        && catalogWriter().isIdle()
        && log().isQuiet();
  }

  VolumeCatalog catalog() {
    return volumeSide.applier.catalog();
  }
}
