package io.ashlar.core.transform;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The port to whoever holds the key-encryption keys: a file, a key server, a hardware module. Keys
/// that wrap may never leave it, so it wraps and unwraps itself. Calls may wait for the network:
/// never from a shard.
public interface KeyProvider {
  /// The key that wraps new data keys.
  UUID currentKeyId();

  /// Wraps under the current key, bound to the layer and the key's generation there.
  ///
  /// @return null if the provider cannot be reached now
  @Nullable WrappedKey wrap(DataKey key, int layer, int generation);

  /// Unwraps what is expected to be the key of this layer and generation.
  Unwrapped unwrap(WrappedKey wrapped, int layer, int generation);

  /// How unwrapping went.
  enum UnwrapStatus {
    /// The data key is at hand; the caller destroys it.
    OK,
    /// The provider has no key of that id (any more): the data stays sealed.
    UNKNOWN_KEY,
    /// The provider cannot be reached now; ask again.
    UNAVAILABLE,
    /// The wrapped key names another layer or generation than asked for.
    WRONG_PLACE,
    /// The wrapping key is not the one that wrapped it, or somebody changed it.
    NOT_AUTHENTIC
  }

  /// The outcome of [#unwrap]; the key is there if the status is OK.
  record Unwrapped(UnwrapStatus status, @Nullable DataKey key) {
    static Unwrapped failed(UnwrapStatus status) {
      return new Unwrapped(status, null);
    }
  }
}
