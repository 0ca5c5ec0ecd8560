package io.ashlar.core.index;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.format.Sectors;
import org.agrona.concurrent.UnsafeBuffer;

/// Checks what a page says against what there is, once, when it comes from the device: its bytes
/// are what was written, but what was written may make no sense. After that whoever follows its
/// pointers asserts and needs not ask.
///
/// A slot with something stored must lie on the device, and belong to the page's own layer or one
/// that this was forked from; so no walk ends at a layer that does not exist, nor in a circle.
final class PageProof {
  private final LayerTable layers;
  private final PageIo io;
  private final PointerFlyweight pointer = new PointerFlyweight();
  private final EntryFlyweight entry = new EntryFlyweight();

  PageProof(LayerTable layers, PageIo io) {
    this.layers = layers;
    this.io = io;
  }

  /// Whether every slot of the page of `layer` makes sense.
  boolean holds(UnsafeBuffer page, int layer, int level) {
    for (int slot = 0; slot < PageCodec.SLOTS; slot++) {
      int at = slot * PageCodec.SLOT_BYTES;
      boolean isSound =
          level == 0
              ? isSound(entry.wrap(page, at), layer)
              : isSound(pointer.wrap(page, at), layer);
      if (!isSound) {
        return false;
      }
    }
    return true;
  }

  private boolean isSound(EntryFlyweight slot, int layer) {
    return !slot.isStored()
        || (layers.mayReferTo(layer, slot.owner())
            && slot.hasBlockLength()
            && io.holds(slot.address(), slot.units()));
  }

  private boolean isSound(PointerFlyweight slot, int layer) {
    if (slot.isInherited()) {
      // Only a root stands for another tree.
      return false;
    }
    return !slot.isStored()
        || (layers.mayReferTo(layer, slot.owner())
            && Sectors.toBytes(slot.units()) <= PageCodec.PAGE_BYTES
            && io.holdsPage(slot.address(), slot.units()));
  }
}
