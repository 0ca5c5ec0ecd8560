package io.ashlar.core.transform;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The few functions of OpenSSL 3's libcrypto that the cipher needs, bound once. Pointers travel as
/// `long`, so no call makes an object; on the systems that Ashlar runs on (64-bit) both are passed
/// alike. The calls on the data path are *critical*: without the thread-state change, which costs
/// more than encrypting 16 bytes. Each takes about a microsecond at most.
final class LibCrypto {
  private static final List<String> FILE_NAMES = List.of("libcrypto.so.3", "libcrypto.3.dylib");

  private static final @Nullable SymbolLookup LIBRARY = find();

  /// Whether this system has a libcrypto with AES-256-XTS. Nothing else here may be used otherwise.
  static final boolean AVAILABLE = LIBRARY != null && Calls.XTS != 0;

  private static final int KEEP_DIRECTION = -1;

  private LibCrypto() {}

  /// Makes a context: `EVP_CIPHER_CTX_new`, then `EVP_CipherInit_ex` with the key.
  ///
  /// @param key address of 64 bytes
  /// @param direction 1 to encrypt, 0 to decrypt
  /// @return the context's address, or 0
  static long newContext(long key, int direction) {
    try {
      long context = (long) Calls.CONTEXT_NEW.invokeExact();
      if (context != 0
          && (int) Calls.INIT.invokeExact(context, Calls.XTS, 0L, key, 0L, direction) != 1) {
        freeContext(context);
        return 0;
      }
      return context;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// `EVP_CIPHER_CTX_free`, which also wipes the expanded key.
  static void freeContext(long context) {
    try {
      Calls.CONTEXT_FREE.invokeExact(context);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Starts a data unit and runs the cipher over it.
  ///
  /// @param tweak address of the 16-byte data unit number
  /// @param outLength address of 4 bytes of scratch
  /// @return whether libcrypto reports success
  static boolean run(
      long context, long tweak, long target, long outLength, long source, int length) {
    try {
      return (int) Calls.INIT.invokeExact(context, 0L, 0L, 0L, tweak, KEEP_DIRECTION) == 1
          && (int) Calls.UPDATE.invokeExact(context, target, outLength, source, length) == 1;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static @Nullable SymbolLookup find() {
    for (String name : FILE_NAMES) {
      try {
        return SymbolLookup.libraryLookup(name, Arena.global());
      } catch (IllegalArgumentException notHere) {
        // The next name, or none: AVAILABLE tells.
      }
    }
    return null;
  }

  private static IllegalStateException unexpected(Throwable e) {
    return new IllegalStateException("calling libcrypto failed", e);
  }

  /// Bound only once the library was found. Constants, so that the JIT compiles the calls inline.
  private static final class Calls {
    private static final FunctionDescriptor INIT_SHAPE =
        FunctionDescriptor.of(
            JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final FunctionDescriptor UPDATE_SHAPE =
        FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT);

    static final MethodHandle CONTEXT_NEW =
        bind("EVP_CIPHER_CTX_new", FunctionDescriptor.of(JAVA_LONG));
    static final MethodHandle CONTEXT_FREE =
        bind("EVP_CIPHER_CTX_free", FunctionDescriptor.ofVoid(JAVA_LONG));
    static final MethodHandle INIT =
        bind("EVP_CipherInit_ex", INIT_SHAPE, Linker.Option.critical(false));
    static final MethodHandle UPDATE =
        bind("EVP_CipherUpdate", UPDATE_SHAPE, Linker.Option.critical(false));

    /// The fetched `EVP_CIPHER`, kept for the life of the process; 0 if this build lacks it.
    static final long XTS = fetch("AES-256-XTS");

    private static MethodHandle bind(
        String name, FunctionDescriptor shape, Linker.Option... options) {
      MemorySegment function = Objects.requireNonNull(LIBRARY).findOrThrow(name);
      return Linker.nativeLinker().downcallHandle(function, shape, options);
    }

    private static long fetch(String cipher) {
      MethodHandle fetch =
          bind(
              "EVP_CIPHER_fetch",
              FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
      try (Arena arena = Arena.ofConfined()) {
        return (long) fetch.invokeExact(0L, arena.allocateFrom(cipher).address(), 0L);
      } catch (Throwable e) {
        throw unexpected(e);
      }
    }
  }
}
