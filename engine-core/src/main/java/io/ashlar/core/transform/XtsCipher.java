package io.ashlar.core.transform;

/// AES-256-XTS (IEEE 1619) under one key, over memory outside the heap. One thread's own.
interface XtsCipher {
  /// The cipher's block; lengths are multiples of it (there is no ciphertext stealing).
  int BLOCK_BYTES = 16;

  /// Encrypts one data unit. Source and target are the same or do not overlap.
  ///
  /// @param dataUnit the data unit number, taken as unsigned and extended to 128 bits by zeroes
  /// @param source address of the plain bytes
  /// @param target address of room for as many
  /// @param lengthBytes a positive multiple of [#BLOCK_BYTES]
  void encrypt(long dataUnit, long source, long target, int lengthBytes);

  /// The inverse of [#encrypt].
  void decrypt(long dataUnit, long source, long target, int lengthBytes);

  /// Forgets the key. No other call may follow.
  void destroy();
}
