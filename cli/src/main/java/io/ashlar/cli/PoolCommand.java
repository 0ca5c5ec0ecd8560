package io.ashlar.cli;

import io.ashlar.control.ByteSize;
import io.ashlar.control.ControlClient;
import io.ashlar.control.PoolInfo;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `ashlar pool …`.
@Command(
    name = "pool",
    mixinStandardHelpOptions = true,
    description = "The pool that volumes live in.",
    subcommands = {PoolCommand.Show.class, ScrubCommand.class})
final class PoolCommand extends NounCommand {
  /// `ashlar pool show`.
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Show capacity, work done and health.")
  static final class Show implements Runnable {
    @Mixin private final NodeOption node = new NodeOption();
    @Mixin private final OutputOption output = new OutputOption();

    @Override
    public void run() {
      PoolInfo pool = node.call(ControlClient::pool);
      output.printer().print(pool, out -> print(pool, out));
    }

    private static void print(PoolInfo pool, PrintWriter out) {
      new Fields()
          .add("Device", pool.device() + " (" + pool.driver() + ")")
          .add("State", pool.state())
          .add("Capacity", ByteSize.format(pool.capacityBytes()))
          .add("Used", ByteSize.format(pool.usedBytes()))
          .add("Free", ByteSize.format(pool.freeBytes()))
          .add("Provisioned", ByteSize.format(pool.provisionedBytes()))
          .add("Compression", PoolText.compression(pool.reduction()))
          .add("Thinness", PoolText.thinness(pool.reduction()))
          .add("Written", ByteSize.format(pool.writtenBytes()) + " since start")
          .add("Cleaned", ByteSize.format(pool.cleanedBytes()) + " since start")
          .add(
              "Damage", pool.damagedBlocks() + " blocks, " + pool.deviceErrors() + " device errors")
          .add("Scrub", ScrubText.summary(pool.scrub()))
          .add("SMART", PoolText.smart(pool.smart()))
          .add(
              "Memory",
              PoolText.memory(pool.memory().residentBytes(), pool.memory().residentMibPerTib()))
          .add("Index", PoolText.memory(pool.memory().indexBytes(), pool.memory().indexMibPerTib()))
          .health(pool.health())
          .print(out);
    }
  }
}
