package io.ashlar.core.index;

/// Figures of an index, for people. Counters only grow.
public final class IndexStatistics {
  long pageHits;
  long pageMisses;
  long pagesLoaded;
  long pagesDamaged;
  long pagesMerged;
  long bytesMerged;
  long merges;
  long pointsCarried;
  long rangesCarried;
  long relocationsVoid;
  long subtreesReaped;
  long subtreesLost;

  /// Pages that a walk found in memory.
  public long pageHits() {
    return pageHits;
  }

  /// Pages that a walk had to load first.
  public long pageMisses() {
    return pageMisses;
  }

  /// Pages read and found right.
  public long pagesLoaded() {
    return pagesLoaded;
  }

  /// Page reads that failed, or gave other bytes than were written.
  public long pagesDamaged() {
    return pagesDamaged;
  }

  /// Pages that merges wrote.
  public long pagesMerged() {
    return pagesMerged;
  }

  /// Bytes of these.
  public long bytesMerged() {
    return bytesMerged;
  }

  /// Merges that ended.
  public long merges() {
    return merges;
  }

  /// Block changes that a merge kept in memory because their leaf is damaged.
  public long pointsCarried() {
    return pointsCarried;
  }

  /// Unmapped ranges that a merge kept in memory because a page is damaged.
  public long rangesCarried() {
    return rangesCarried;
  }

  /// Relocations that turned out to be of an overwritten block.
  public long relocationsVoid() {
    return relocationsVoid;
  }

  /// Pages that the reaper walked.
  public long subtreesReaped() {
    return subtreesReaped;
  }

  /// Subtrees that the reaper gave up because their page is damaged: what lies below stays counted.
  public long subtreesLost() {
    return subtreesLost;
  }
}
