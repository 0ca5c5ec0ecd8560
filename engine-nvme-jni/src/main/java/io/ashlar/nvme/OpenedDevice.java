package io.ashlar.nvme;

import io.ashlar.nvme.local.LocalBlockDevice;

/// A device that [BlockDevices] opened.
///
/// @param device open and locked; the caller closes it
/// @param reason why it is driven as it is, as a sentence for the log and for people
public record OpenedDevice(LocalBlockDevice device, String reason) {}
