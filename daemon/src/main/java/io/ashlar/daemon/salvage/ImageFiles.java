package io.ashlar.daemon.salvage;

import io.ashlar.core.offline.SalvageTarget;
import io.ashlar.core.offline.SalvagedVolume;
import io.ashlar.core.volume.VolumeGeometry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/// A raw, sparse image for each volume, in one directory, for its owner only: what is in them is
/// decrypted. Never over another file.
final class ImageFiles implements SalvageTarget, AutoCloseable {
  private static final int BLOCK_BYTES = VolumeGeometry.BLOCK_BYTES;
  private static final Set<StandardOpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  /// An open image.
  private record Image(String name, FileChannel channel) {}

  private final Path directory;
  private final Consumer<String> progress;
  private final Map<SalvagedVolume, Image> images = new LinkedHashMap<>();
  private final Set<String> names = new HashSet<>();
  private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);

  ImageFiles(Path directory, Consumer<String> progress) {
    this.directory = directory;
    this.progress = progress;
  }

  /// The image's file name; made, as long as the volume, if there is none yet.
  String image(SalvagedVolume volume) {
    return open(volume).name;
  }

  private Image open(SalvagedVolume volume) {
    Image known = images.get(volume);
    if (known != null) {
      return known;
    }
    String name = nameOf(volume);
    Path path = directory.resolve(name);
    try {
      var ownerOnly =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
      FileChannel channel = FileChannel.open(path, NEW, ownerOnly);
      Image image = new Image(name, channel);
      images.put(volume, image);
      // Its last byte makes the file as long as the volume; the rest is a hole.
      channel.write(ByteBuffer.allocate(1), volume.blocks() * BLOCK_BYTES - 1);
      return image;
    } catch (IOException e) {
      throw new UncheckedIOException("Making " + path + " failed", e);
    }
  }

  /// The volume's name where a file may have it, and nobody has it yet.
  private String nameOf(SalvagedVolume volume) {
    String wanted = "layer-" + Integer.toUnsignedString(volume.layer());
    var entry = volume.entry();
    if (entry != null && entry.name().matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      wanted = entry.name();
    } else if (entry != null) {
      wanted = entry.uuid().toString();
    }
    String name = wanted + ".raw";
    for (int i = 2; !names.add(name); i++) {
      name = wanted + "-" + i + ".raw";
    }
    return name;
  }

  @Override
  public void onBlock(SalvagedVolume volume, long lba, DirectBuffer from, int offset) {
    Image image = open(volume);
    block.clear();
    from.getBytes(offset, block, 0, BLOCK_BYTES);
    block.position(0).limit(BLOCK_BYTES);
    try {
      while (block.hasRemaining()) {
        image.channel.write(block, lba * BLOCK_BYTES + block.position());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Writing " + directory.resolve(image.name) + " failed", e);
    }
  }

  @Override
  public void onProgress(String sentence) {
    progress.accept(sentence);
  }

  /// Makes everything durable.
  @Override
  public void close() {
    try {
      for (Image each : images.values()) {
        each.channel.force(true);
        each.channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to " + directory + " failed", e);
    }
  }
}
