package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.transform.Compression;
import io.ashlar.core.transform.DataKey;
import io.ashlar.core.transform.KeyProvider;
import io.ashlar.core.transform.KeyProvider.UnwrapStatus;
import io.ashlar.core.transform.KeyProvider.Unwrapped;
import io.ashlar.core.transform.KeyRing;
import io.ashlar.core.transform.LayerCipher;
import io.ashlar.core.transform.LayerTransform;
import io.ashlar.core.transform.WrappedKey;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Turns a volume's wrapped keys into the ciphers of the shard's key ring. A volume whose newest
/// key is not to be had stays locked.
public final class VolumeKeys {
  private final KeyProvider provider;
  private final KeyRing ring;
  private final HealthLog.Listener listener;

  public VolumeKeys(KeyProvider provider, KeyRing ring, HealthLog.Listener listener) {
    this.provider = provider;
    this.ring = ring;
    this.listener = listener;
  }

  public KeyRing ring() {
    return ring;
  }

  /// How the volume's new blocks are sealed; null if its key is not to be had.
  public @Nullable LayerTransform transform(VolumeEntry entry) {
    Compression compression =
        entry.compression() == VolumeEntry.COMPRESSION_NONE ? Compression.NONE : Compression.LZ4;
    if (!entry.encrypted()) {
      return new LayerTransform(entry.layer(), compression, null);
    }
    LayerCipher newest = null;
    UnsafeBuffer keys = new UnsafeBuffer(entry.wrappedKeys());
    for (int at = 0;
        at + WrappedKey.LENGTH_BYTES <= keys.capacity();
        at += WrappedKey.LENGTH_BYTES) {
      LayerCipher cipher = unlock(entry, keys, at);
      if (cipher == null) {
        return null;
      }
      newest = cipher;
    }
    return newest == null ? null : new LayerTransform(entry.layer(), compression, newest);
  }

  private @Nullable LayerCipher unlock(VolumeEntry entry, UnsafeBuffer keys, int at) {
    String complaint = WrappedKey.complaintAbout(keys, at, WrappedKey.LENGTH_BYTES);
    if (complaint != null) {
      listener.onTrouble("volume %s stays locked: %s".formatted(entry.name(), complaint));
      return null;
    }
    WrappedKey wrapped = WrappedKey.read(keys, at);
    LayerCipher known = ring.find(wrapped.layer(), wrapped.generation());
    if (known != null) {
      return known;
    }
    Unwrapped unwrapped = provider.unwrap(wrapped, wrapped.layer(), wrapped.generation());
    if (unwrapped.status() != UnwrapStatus.OK) {
      listener.onTrouble(
          "volume %s stays locked: its key could not be unwrapped (%s)"
              .formatted(entry.name(), unwrapped.status()));
      return null;
    }
    try (DataKey key = Check.present(unwrapped.key(), "an unwrapped key is there")) {
      return ring.add(wrapped.layer(), wrapped.generation(), key);
    }
  }

  /// Wipes the keys of a volume that is gone.
  void forget(VolumeEntry entry) {
    UnsafeBuffer keys = new UnsafeBuffer(entry.wrappedKeys());
    for (int at = 0;
        at + WrappedKey.LENGTH_BYTES <= keys.capacity();
        at += WrappedKey.LENGTH_BYTES) {
      if (WrappedKey.complaintAbout(keys, at, WrappedKey.LENGTH_BYTES) == null) {
        WrappedKey wrapped = WrappedKey.read(keys, at);
        ring.remove(wrapped.layer(), wrapped.generation());
      }
    }
  }
}
