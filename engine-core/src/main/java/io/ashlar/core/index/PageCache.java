package io.ashlar.core.index;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.format.Sectors;
import java.util.Arrays;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// A fixed number of 4 KiB frames with the pages read or written last. Pages never change: a frame
/// is found by its page's place, and an eviction only forgets. Eviction is by clock: a page that
/// was asked for since the hand came by stays once more.
final class PageCache {
  static final int NONE = -1;

  /// How many of those who found no room are woken by each page that arrives.
  private static final int WAKES_PER_ARRIVAL = 4;

  private final UnsafeBuffer memory;
  private final UnsafeBuffer pageView = new UnsafeBuffer(0, 0);
  private final PageCodec codec;
  private final PageIo io;
  private final PageProof proof;
  private final IndexStatistics statistics;

  private final FrameState[] states;
  private final long[] addresses;
  private final int[] generations;
  private final int[] layers;
  private final byte[] levels;
  private final long[] pages;
  private final int[] checksums;
  private final byte[] units;
  private final boolean[] full;
  private final boolean[] referenced;
  private final short[] pins;
  private final WaiterList[] waiters;

  private final int[] hashHeads;
  private final int[] hashNext;
  private final int hashShift;

  private final PageRead[] freeReads;
  private int freeReadCount;
  private final int[] freeFrames;
  private int freeFrameCount;
  private int hand;
  private final WaiterList starved = new WaiterList();

  PageCache(IndexOptions options, PageIo io, PageProof proof, IndexStatistics statistics) {
    int frames = options.frames();
    this.io = io;
    this.proof = proof;
    this.statistics = statistics;
    codec = new PageCodec(options.alignmentBytes());
    memory =
        new UnsafeBuffer(
            BufferUtil.allocateDirectAligned(frames * PageCodec.PAGE_BYTES, PageCodec.PAGE_BYTES));
    states = new FrameState[frames];
    Arrays.fill(states, FrameState.FREE);
    addresses = new long[frames];
    generations = new int[frames];
    layers = new int[frames];
    levels = new byte[frames];
    pages = new long[frames];
    checksums = new int[frames];
    units = new byte[frames];
    full = new boolean[frames];
    referenced = new boolean[frames];
    pins = new short[frames];
    waiters = new WaiterList[frames];
    Arrays.setAll(waiters, frame -> new WaiterList());
    int hashSize = Integer.highestOneBit(2 * frames);
    hashShift = Long.SIZE - Integer.numberOfTrailingZeros(hashSize);
    hashHeads = new int[hashSize];
    Arrays.fill(hashHeads, NONE);
    hashNext = new int[frames];
    freeFrames = new int[frames];
    Arrays.setAll(freeFrames, index -> frames - 1 - index);
    freeFrameCount = frames;
    freeReadCount = options.loadsMax();
    freeReads = new PageRead[freeReadCount];
    Arrays.setAll(freeReads, slot -> new PageRead(this, slot));
  }

  /// The frame of a page, in whatever state, or [#NONE].
  int find(PointerFlyweight pointer) {
    long address = pointer.address();
    int generation = pointer.generation();
    int frame = hashHeads[bucketOf(address, generation)];
    while (frame != NONE && (addresses[frame] != address || generations[frame] != generation)) {
      frame = hashNext[frame];
    }
    return frame;
  }

  FrameState state(int frame) {
    return states[frame];
  }

  /// Lets the clock's hand pass by once.
  void touch(int frame) {
    referenced[frame] = true;
  }

  /// Lets the clock's hand take the frame when it comes by.
  void demote(int frame) {
    referenced[frame] = false;
  }

  /// Keeps the frame from being evicted until [#unpin].
  void pin(int frame) {
    pins[frame]++;
  }

  void unpin(int frame) {
    Check.that(pins[frame] > 0, "a pinned frame", frame);
    pins[frame]--;
  }

  PointerFlyweight pointer(int frame, int slot, PointerFlyweight pointer) {
    return pointer.wrap(memory, frame * PageCodec.PAGE_BYTES + slot * PageCodec.SLOT_BYTES);
  }

  EntryFlyweight entry(int frame, int slot, EntryFlyweight entry) {
    return entry.wrap(memory, frame * PageCodec.PAGE_BYTES + slot * PageCodec.SLOT_BYTES);
  }

  void copyTo(int frame, UnsafeBuffer target) {
    target.putBytes(0, memory, frame * PageCodec.PAGE_BYTES, PageCodec.PAGE_BYTES);
  }

  /// Starts to load a page that [#find] did not find.
  ///
  /// @return its frame, or [#NONE] if no frame or no read is free, or the device's queue is full
  int load(PointerFlyweight pointer, int layer, int level, long page) {
    if (freeReadCount == 0) {
      return NONE;
    }
    int frame = takeFrame();
    if (frame == NONE) {
      return NONE;
    }
    PageRead read = freeReads[freeReadCount - 1];
    read.frame = frame;
    read.address = pointer.address();
    read.generation = pointer.generation();
    read.units = pointer.units();
    read.memoryAddress = memory.addressOffset() + (long) frame * PageCodec.PAGE_BYTES;
    Check.that(
        Sectors.toBytes(read.units) <= PageCodec.PAGE_BYTES, "a page fits a frame", read.units);
    // The pointer may be a view of the very frame that was just taken: no use after the read
    // started.
    describe(frame, pointer, layer, level, page);
    state(frame, FrameState.LOADING);
    if (!io.readPage(read)) {
      discardUnpinned(frame);
      return NONE;
    }
    freeReadCount--;
    return frame;
  }

  /// Keeps a page that was just written, if there is a frame for it.
  void install(PointerFlyweight pointer, int layer, int level, long page, DirectBuffer content) {
    int frame = takeFrame();
    if (frame != NONE) {
      memory.putBytes(frame * PageCodec.PAGE_BYTES, content, 0, PageCodec.PAGE_BYTES);
      describe(frame, pointer, layer, level, page);
      state(frame, FrameState.READY);
    }
  }

  /// Wakes `waiter` when the frame's page has arrived or failed.
  void await(int frame, Waiter waiter) {
    waiters[frame].add(waiter);
  }

  /// Wakes `waiter` when there may be room to load a page.
  void awaitRoom(Waiter waiter) {
    starved.add(waiter);
  }

  /// Wakes those who found no room, if there is some.
  int wakeStarved() {
    return freeReadCount == 0 ? 0 : starved.wake(freeReadCount);
  }

  /// Forgets a page, unless somebody pins it.
  void discardUnpinned(int frame) {
    if (pins[frame] == 0) {
      unlink(frame);
      freeFrames[freeFrameCount++] = frame;
    }
  }

  /// Whether the page is in memory and sound.
  boolean isReady(PointerFlyweight pointer) {
    int frame = find(pointer);
    return frame != NONE && states[frame] == FrameState.READY;
  }

  /// How many pages could be loaded now.
  int freeReads() {
    return freeReadCount;
  }

  void forgetDamaged() {
    for (int frame = 0; frame < states.length; frame++) {
      if (states[frame] == FrameState.DAMAGED) {
        discardUnpinned(frame);
      }
    }
  }

  /// What a frame holds, for the report of a damage.
  void place(int frame, PagePlace out) {
    out.layer = layers[frame];
    out.level = levels[frame];
    out.page = pages[frame];
    out.address = addresses[frame];
    out.generation = generations[frame];
  }

  void onRead(PageRead read, boolean isRead) {
    int frame = read.frame;
    Check.that(states[frame] == FrameState.LOADING, "a read ends once", frame);
    freeReads[freeReadCount++] = read;
    if (isRead && isProved(frame)) {
      statistics.pagesLoaded++;
      state(frame, FrameState.READY);
    } else {
      statistics.pagesDamaged++;
      state(frame, FrameState.DAMAGED);
    }
    referenced[frame] = true;
    waiters[frame].wake(Integer.MAX_VALUE);
    starved.wake(WAKES_PER_ARRIVAL);
  }

  private boolean isProved(int frame) {
    pageView.wrap(memory, frame * PageCodec.PAGE_BYTES, PageCodec.PAGE_BYTES);
    int actual =
        codec.checksum(
            layers[frame], levels[frame], pages[frame], pageView, units[frame] * Sectors.BYTES);
    return actual == checksums[frame]
        && codec.decode(pageView, units[frame], full[frame])
        && proof.holds(pageView, layers[frame], levels[frame]);
  }

  private void describe(int frame, PointerFlyweight pointer, int layer, int level, long page) {
    addresses[frame] = pointer.address();
    generations[frame] = pointer.generation();
    units[frame] = (byte) pointer.units();
    full[frame] = pointer.isFull();
    checksums[frame] = pointer.checksum();
    layers[frame] = layer;
    levels[frame] = (byte) level;
    pages[frame] = page;
    referenced[frame] = false;
    int bucket = bucketOf(addresses[frame], generations[frame]);
    hashNext[frame] = hashHeads[bucket];
    hashHeads[bucket] = frame;
  }

  private void state(int frame, FrameState next) {
    states[frame] = next;
  }

  private int takeFrame() {
    if (freeFrameCount > 0) {
      return freeFrames[--freeFrameCount];
    }
    for (int tried = 0; tried < 2 * states.length; tried++) {
      int frame = hand;
      hand = hand + 1 == states.length ? 0 : hand + 1;
      if (pins[frame] > 0 || states[frame] == FrameState.LOADING) {
        continue;
      }
      if (referenced[frame] && states[frame] == FrameState.READY) {
        referenced[frame] = false;
        continue;
      }
      unlink(frame);
      return frame;
    }
    return NONE;
  }

  private void unlink(int frame) {
    int bucket = bucketOf(addresses[frame], generations[frame]);
    int at = hashHeads[bucket];
    if (at == frame) {
      hashHeads[bucket] = hashNext[frame];
    } else {
      while (hashNext[at] != frame) {
        at = hashNext[at];
      }
      hashNext[at] = hashNext[frame];
    }
    state(frame, FrameState.FREE);
  }

  private int bucketOf(long address, int generation) {
    return (int) (Hash.of(generation, address) >>> hashShift);
  }
}
