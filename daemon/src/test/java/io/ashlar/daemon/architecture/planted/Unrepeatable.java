package io.ashlar.daemon.architecture.planted;

import java.io.File;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.agrona.concurrent.UnsafeBuffer;

/// Touches everything that the engine may not.
final class Unrepeatable {
  private final ReentrantLock lock = new ReentrantLock();
  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

  long now() {
    return System.nanoTime() + System.currentTimeMillis();
  }

  double dice() {
    return Math.random() + new Random(1).nextDouble() + new SecureRandom().nextInt();
  }

  UUID name() {
    return UUID.randomUUID();
  }

  synchronized String thread() {
    return Thread.currentThread().getName() + lock + buffer;
  }

  boolean world(Socket socket, FileChannel channel, Path path, File file) {
    return socket.isBound() && channel.isOpen() && path.isAbsolute() && file.exists();
  }
}
