/** The public surface of wirelab: re-exports, and nothing else. */
export * from './host/host.ts';
export type { NetworkInterface } from './host/network-interface.ts';
export type { PingOptions, PingResult } from './host/ping.ts';
export type { HostOptions, HostSettings } from './host/settings.ts';
export type { Hop, TracerouteOptions } from './host/traceroute.ts';
export * from './layers/address.ts';
export * from './layers/address-text.ts';
export * from './layers/clock.ts';
export * from './layers/drop.ts';
export * from './layers/errors.ts';
export * from './layers/frame.ts';
export * as arp from './layers/link/arp.ts';
export * as ethernet from './layers/link/ethernet.ts';
export type { FrameReceiver, Port } from './layers/link/port.ts';
export * from './layers/mac.ts';
export * from './layers/memory.ts';
export * as icmpv4 from './layers/network/icmpv4.ts';
export * as icmpv6 from './layers/network/icmpv6.ts';
export * as ipv4Header from './layers/network/ipv4.ts';
export * as ipv6Header from './layers/network/ipv6.ts';
export * as ndp from './layers/network/ndp.ts';
export * from './layers/observer.ts';
export * from './layers/prefix.ts';
export * from './layers/random.ts';
export type { AlgorithmName } from './layers/transport/tcp/authentication/algorithms.ts';
export { KeyChain } from './layers/transport/tcp/authentication/key-chain.ts';
export { type MasterKey, type MasterKeyOptions, masterKey } from './layers/transport/tcp/authentication/master-key.ts';
export { type Md5Key, md5Key } from './layers/transport/tcp/authentication/md5.ts';
export type {
  AuthenticationKeys,
  AuthenticationStatus,
} from './layers/transport/tcp/authentication/segment-authentication.ts';
export type { ControllerInfo } from './layers/transport/tcp/congestion/controller-info.ts';
export type { TcpObserver } from './layers/transport/tcp/environment.ts';
export type { CongestionAvoidanceState, FastOpenFailure, TcpInfo } from './layers/transport/tcp/info.ts';
export * as tcpOptions from './layers/transport/tcp/options.ts';
export * as tcpSegment from './layers/transport/tcp/segment.ts';
export { RFC_SETTINGS, type TcpSettings } from './layers/transport/tcp/settings.ts';
export type { State } from './layers/transport/tcp/state.ts';
export * as udpHeader from './layers/transport/udp.ts';
export type { RunSettings, ScriptResult, Verdict } from './packetdrill/run/result.ts';
export { runScript } from './packetdrill/run/run-script.ts';
export { BulkTransfer, type BulkTransferOptions, bytesSource, patternSource } from './sim/bulk-transfer.ts';
export * from './sim/link.ts';
export type { FaultList, ListedFault } from './sim/medium/fault-list.ts';
export type { DirectionOptions, LinkOptions } from './sim/medium/options.ts';
export type { BandReport, QueueReport, SojournReport } from './sim/medium/queue-report.ts';
export type { QueueDiscipline, QueueFactory, QueueOwner } from './sim/medium/queues/queue-discipline.ts';
export type { QueueOptions } from './sim/medium/queues/queue-options.ts';
export { ProgramError, type ProgramReport } from './sim/programs.ts';
export { RandomStreams } from './sim/random-streams.ts';
export * from './sim/units.ts';
export { VirtualHost } from './sim/virtual-host.ts';
export { VirtualTime } from './sim/virtual-time.ts';
export * from './sim/world.ts';
export { AddressRecord, MessageRecord } from './sockets/address-record.ts';
export type {
  AddKeyRequest,
  AuthenticationInfo,
  AuthenticationRequest,
  DeleteKeyRequest,
  KeyRequest,
  Md5SignatureRequest,
} from './sockets/authentication-options.ts';
export * from './sockets/constants.ts';
export * from './sockets/core.ts';
export * from './sockets/errno.ts';
export { ErrorQueueEntry } from './sockets/error-queue.ts';
export { NameError, type NameTable } from './sockets/names.ts';
export type { BlockingLimits, Watcher } from './sockets/open-socket.ts';
export type { GroupRequest, OptionInput, OptionValue, TimeValue } from './sockets/options.ts';
export * from './sockets/program.ts';
export * from './sockets/scheduler.ts';
export { type Ready, select } from './sockets/select.ts';
export * from './sockets/socket.ts';
export type { SocketAddress } from './sockets/socket-address.ts';
export * from './sockets/socket-error.ts';
export type { Linger } from './sockets/tcp-socket.ts';
export * from './trace/capture-file.ts';
export * from './trace/captured-frame.ts';
export { type TraceDigest, traceDigest } from './trace/digest.ts';
export * from './trace/dissect.ts';
export * from './trace/events.ts';
export { type LadderSettings, ladder } from './trace/ladder.ts';
export type { Direction, MediumObserver } from './trace/medium-observer.ts';
export { type PcapSettings, pcapWriter, readPcap } from './trace/pcap.ts';
export { readPcapng } from './trace/pcapng-read.ts';
export { type PcapngSettings, type PcapngWriter, pcapngWriter } from './trace/pcapng-write.ts';
export { Recorder, type RecorderSettings } from './trace/recorder.ts';
export { type TextSettings, textWriter } from './trace/text.ts';
export { tree } from './trace/tree.ts';
