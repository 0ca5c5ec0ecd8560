package io.ashlar.core.transform;

/// The port through which keys and nonces are drawn: the engine has no dice of its own. Production
/// binds it to `SecureRandom::nextBytes`.
@FunctionalInterface
public interface Entropy {
  /// Fills the array with bytes that nobody can foresee.
  void fill(byte[] bytes);
}
