package io.ashlar.daemon.systemd;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells systemd how the service does (`Type=notify`; sd_notify(3)). The JDK has no datagram
/// sockets of the UNIX family, so libc's are called. Without a service manager nothing happens.
///
/// ```
/// struct sockaddr_un:
/// 0               2                                             110
/// +---------------+----------------------------------------- - -+
/// | AF_UNIX (u16) | path, or NUL and an abstract name           |
/// ```
public final class ServiceNotifier {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceNotifier.class);
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
  private static final int PATH_OFFSET = Short.BYTES;
  private static final int PATH_BYTES_MAX = 108;

  private final @Nullable String socketPath;

  /// @param socketPath the value of `NOTIFY_SOCKET`; null where there is no service manager
  public ServiceNotifier(@Nullable String socketPath) {
    this.socketPath = socketPath;
  }

  /// Hosts are served.
  public void ready(String status) {
    send("READY=1\nSTATUS=" + status);
  }

  /// What the service does now.
  public void status(String status) {
    send("STATUS=" + status);
  }

  /// The service begins to stop.
  public void stopping() {
    send("STOPPING=1\nSTATUS=Stopping");
  }

  private void send(String message) {
    String path = socketPath;
    if (path == null || path.isEmpty()) {
      return;
    }
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    if (name.length > PATH_BYTES_MAX) {
      LOG.warn("NOTIFY_SOCKET is longer than a socket's path may be: the service is not reported.");
      return;
    }
    if (name[0] == '@') {
      name[0] = 0; // systemd's way to write a name in the abstract namespace
    }
    try {
      sendDatagram(name, message.getBytes(StandardCharsets.UTF_8));
    } catch (Throwable failure) {
      LOG.warn("The service manager could not be told: {}", failure.toString());
    }
  }

  @SuppressWarnings("restricted") // libc's socket calls
  private static void sendDatagram(byte[] name, byte[] message) throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle socket =
        call(
            linker,
            "socket",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT));
    MethodHandle sendto =
        call(
            linker,
            "sendto",
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    MethodHandle close =
        call(linker, "close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    int descriptor = (int) socket.invokeExact(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    if (descriptor < 0) {
      throw new IllegalStateException("no socket of the UNIX family");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(ValueLayout.JAVA_BYTE, message);
      MemorySegment address = address(arena, name);
      long sent =
          (long)
              sendto.invokeExact(
                  descriptor, text, text.byteSize(), 0, address, PATH_OFFSET + name.length);
      if (sent != message.length) {
        throw new IllegalStateException("the notification socket takes nothing");
      }
    } finally {
      int _ = (int) close.invokeExact(descriptor);
    }
  }

  private static MemorySegment address(Arena arena, byte[] name) {
    MemorySegment address = arena.allocate(PATH_OFFSET + PATH_BYTES_MAX + 1L, Short.BYTES);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, PATH_OFFSET, name.length);
    return address;
  }

  @SuppressWarnings("restricted") // libc's socket calls
  private static MethodHandle call(Linker linker, String name, FunctionDescriptor descriptor) {
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
  }
}
