package io.ashlar.core.index;

/// Which page, and where it lies: for people and for repair.
public final class PagePlace {
  int layer;
  int level;
  long page;
  long address;
  int generation;

  /// Whose tree the page is of.
  public int layer() {
    return layer;
  }

  /// 0 for a leaf.
  public int level() {
    return level;
  }

  /// The page's number within its level.
  public long page() {
    return page;
  }

  /// The sector it starts at.
  public long address() {
    return address;
  }

  /// Generation of the segment around it.
  public int generation() {
    return generation;
  }

  void set(PagePlace other) {
    layer = other.layer;
    level = other.level;
    page = other.page;
    address = other.address;
    generation = other.generation;
  }

  @Override
  public String toString() {
    return "index page "
        + page
        + " of level "
        + level
        + ", layer "
        + layer
        + ", at sector "
        + address
        + ", segment generation "
        + generation;
  }
}
