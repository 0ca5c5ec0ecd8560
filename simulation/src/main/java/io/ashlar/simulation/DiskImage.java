package io.ashlar.simulation;

import io.ashlar.core.base.Check;
import java.util.Arrays;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/// What is on a disk's medium: an array of bytes of any size in which only written 4 KiB pages cost
/// memory, and which forks in constant time.
///
/// Pages hang in a tree of 64-way nodes. Each node and page remembers which image made it; an image
/// changes its own in place and copies others' first (path copying), so forks share what neither
/// has changed since.
public final class DiskImage {
  static final int PAGE_BYTES = 4096;
  private static final int FANOUT_BITS = 6;
  private static final int FANOUT = 1 << FANOUT_BITS;
  private static final byte[] ZEROES = new byte[PAGE_BYTES];

  private final long sizeBytes;
  private final int levels;

  /// Stands for "this image, since its last fork".
  private Owner owner = new Owner();

  private @Nullable Node root;

  /// Only its identity counts.
  private static final class Owner {}

  private static final class Page {
    private final Owner owner;
    private final byte[] bytes;

    private Page(Owner owner, byte[] bytes) {
      this.owner = owner;
      this.bytes = bytes;
    }
  }

  private static final class Node {
    private final Owner owner;

    /// Nodes, or pages on the lowest level.
    private final @Nullable Object[] children;

    private Node(Owner owner, @Nullable Object[] children) {
      this.owner = owner;
      this.children = children;
    }
  }

  public DiskImage(long sizeBytes) {
    this(sizeBytes, null);
  }

  private DiskImage(long sizeBytes, @Nullable Node root) {
    this.sizeBytes = sizeBytes;
    this.root = root;
    long pages = Math.ceilDiv(sizeBytes, PAGE_BYTES);
    int needed = 1;
    while (pages > 1L << (needed * FANOUT_BITS)) {
      needed++;
    }
    levels = needed;
  }

  public long sizeBytes() {
    return sizeBytes;
  }

  /// A second image with the same content; later changes to one do not reach the other.
  public DiskImage fork() {
    owner = new Owner();
    return new DiskImage(sizeBytes, root);
  }

  public void read(long offset, MutableDirectBuffer into, int index, int length) {
    checkRange(offset, length);
    int done = 0;
    while (done < length) {
      int within = within(offset + done);
      int part = Math.min(length - done, PAGE_BYTES - within);
      into.putBytes(index + done, pageAt(offset + done), within, part);
      done += part;
    }
  }

  public void write(long offset, byte[] from, int index, int length) {
    checkRange(offset, length);
    int done = 0;
    while (done < length) {
      int within = within(offset + done);
      int part = Math.min(length - done, PAGE_BYTES - within);
      System.arraycopy(from, index + done, ownPageAt(offset + done), within, part);
      done += part;
    }
  }

  /// Sets the range to one value.
  public void fill(long offset, long length, byte value) {
    checkRange(offset, length);
    long end = offset + length;
    for (long at = offset; at < end; ) {
      int within = within(at);
      int part = (int) Math.min(end - at, PAGE_BYTES - within);
      // Zeroes over a page that never was need no page: a discard of 1 TiB must not cost 1 TiB.
      if (value != 0 || pageOrNull(at) != null) {
        Arrays.fill(ownPageAt(at), within, within + part, value);
      }
      at += part;
    }
  }

  /// Forgets the pages that lie in the range whole: they read as zeroes. Costs little, however long
  /// the range is.
  public void trim(long offset, long length) {
    checkRange(offset, length);
    long end = (offset + length) / PAGE_BYTES;
    for (long page = Math.ceilDiv(offset, (long) PAGE_BYTES); page < end; page++) {
      if (pageOrNull(page * PAGE_BYTES) != null) {
        Node leaf = ownLeafAt(page * PAGE_BYTES);
        leaf.children[slot(page, 0)] = null;
      }
    }
  }

  /// Turns one bit over, as ageing media do.
  public void flipBit(long offset, int bit) {
    checkRange(offset, 1);
    ownPageAt(offset)[within(offset)] ^= (byte) (1 << bit);
  }

  private void checkRange(long offset, long length) {
    Check.that(
        offset >= 0 && length >= 0 && offset <= sizeBytes - length, "range is on the disk", offset);
  }

  private byte[] pageAt(long offset) {
    Page page = pageOrNull(offset);
    return page == null ? ZEROES : page.bytes;
  }

  private @Nullable Page pageOrNull(long offset) {
    long page = offset / PAGE_BYTES;
    Object at = root;
    for (int level = levels - 1; level >= 0 && at != null; level--) {
      at = ((Node) at).children[slot(page, level)];
    }
    return (Page) at;
  }

  private byte[] ownPageAt(long offset) {
    long page = offset / PAGE_BYTES;
    Node node = ownLeafAt(offset);
    Page own = owned((Page) node.children[slot(page, 0)]);
    node.children[slot(page, 0)] = own;
    return own.bytes;
  }

  private Node ownLeafAt(long offset) {
    long page = offset / PAGE_BYTES;
    root = owned(root);
    Node node = root;
    for (int level = levels - 1; level > 0; level--) {
      int slot = slot(page, level);
      Node child = owned((Node) node.children[slot]);
      node.children[slot] = child;
      node = child;
    }
    return node;
  }

  private Node owned(@Nullable Node node) {
    if (node == null) {
      return new Node(owner, new @Nullable Object[FANOUT]);
    }
    return node.owner == owner ? node : new Node(owner, node.children.clone());
  }

  private Page owned(@Nullable Page page) {
    if (page == null) {
      return new Page(owner, new byte[PAGE_BYTES]);
    }
    return page.owner == owner ? page : new Page(owner, page.bytes.clone());
  }

  private static int slot(long page, int level) {
    return (int) (page >>> (level * FANOUT_BITS)) & (FANOUT - 1);
  }

  private static int within(long offset) {
    return (int) (offset % PAGE_BYTES);
  }
}
