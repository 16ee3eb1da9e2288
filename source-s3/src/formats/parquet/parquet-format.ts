// Parquet as a format: a unit is a row group, fetched to local disk and decoded by the engine.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import type { Column } from '@s3-connectors/common/columns/column-type.ts';

import { columnType, type StoredColumn } from '../../columns/sql/stored-type.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { ByteBudget } from '../../engine/byte-budget.ts';

import type { SourceConfig } from '../../config/config.ts';
import { namingOf } from '../../layout/file-name.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Asked, FetchedUnit, Format, PlacedLines, Reading, SourceFile, Unit } from '../contract/format.ts';
import type { Conflict } from '../../columns/partition-conflicts.ts';
import { lineChanges } from '../../records/line-changes.ts';
import { columnsRead, conflictSql, joinedSql, type RecordQuery } from '../../records/record-sql.ts';
import { spillColumns } from './spilled-columns.ts';
import { damagedPlace } from './damaged-place.ts';
import { HeldLines } from './held-lines.ts';
import { fetchRowGroup, type LocalRowGroup } from './fetch-row-group.ts';
import { KnownColumns } from './known-columns.ts';
import { linesInMemory } from './lines-in-memory.ts';
import { openParquet, undecodable, type ParquetFile } from './parquet-file.ts';
import { areRowsLight, canShareMemory, columnGroupsOf, type ColumnGroup } from './column-groups.ts';
import { DecodedInTurn, Turns, type DecodingTurn, type RowGroupTurn } from './decoded-in-turn.ts';
import type { RowGroup } from './footer/row-group.ts';

/** The engine's memory for everything except pages. */
const besidePagesBytes = 64 * 1024 * 1024;
/** Local disk for the row groups that are decoded and fetched ahead. A row group that needs more is fetched alone. */
const diskBytes = 512 * 1024 * 1024;
/** Of lines that are decoded ahead: a share of max_memory_mb, and no more than helps. */
const mostHeldBytes = 32 * 1024 * 1024;
const heldShare = 1 / 8;

export function parquetFormat(memory: DecodingMemory): Format {
  const disk = new ByteBudget(diskBytes);
  const known = new KnownColumns();
  const budgets = { disk, memory, turns: new Turns(), free: [] };
  return {
    naming: namingOf('parquet'),
    async open(reading, object, signal) {
      return sourceFile(reading, await openParquet(reading, { object, known, ...memory }, signal), budgets);
    },
    async describe(reading, object, signal) {
      const { columns, groups, codecs } = await openParquet(reading, { object, known, ...memory }, signal);
      return { rows: groups.rows, compression: codecs, columns: typesOf(columns) };
    },
  };
}

const types = new WeakMap<readonly StoredColumn[], readonly Column[]>();

/** Files with the same schema share one object. */
function typesOf(stored: readonly StoredColumn[]): readonly Column[] {
  const known = types.get(stored) ?? stored.map(({ name, type }) => ({ name, type: columnType(type) }));
  types.set(stored, known);
  return known;
}

type DecodingMemory = Pick<SourceConfig, 'memoryBytes' | 'engineMemoryBytes' | 'pageMemoryBytes'>;
type Budgets = {
  readonly disk: ByteBudget;
  readonly memory: DecodingMemory;
  readonly turns: Turns;
  /** Memory of lines that were decoded ahead, to be used again. */
  readonly free: Buffer[];
};

function sourceFile(reading: Reading, file: ParquetFile, budgets: Budgets): SourceFile {
  return {
    object: file.object,
    columns: file.columns.map(({ name }) => name),
    types: typesOf(file.columns),
    rows: file.groups.rows,
    compression: file.codecs,
    *units(stopped) {
      for (let index = stopped?.unit ?? 0; index < file.groups.count; index++) {
        const rowsDone = index === stopped?.unit ? stopped.rows : 0;
        if (rowsDone < file.groups.rowsOf(index)) yield rowGroupUnit(reading, { file, index, rowsDone }, budgets);
      }
    },
  };
}

/** A row group, by its place in the file. */
type Part = { readonly file: ParquetFile; readonly index: number; readonly rowsDone: number };

function rowGroupUnit(reading: Reading, part: Part, budgets: Budgets): Unit {
  return {
    async fetch(asked, signal) {
      const turn = budgets.turns.next();
      try {
        return await fetchUnit(reading, { ...part, asked, turn, budgets }, signal);
      } catch (error) {
        turn.offer();
        throw error;
      }
    },
  };
}

type Fetching = Part & { readonly asked: Asked; readonly turn: RowGroupTurn; readonly budgets: Budgets };

async function fetchUnit(
  reading: Reading,
  { asked, turn, budgets, ...part }: Fetching,
  signal: AbortSignal,
): Promise<FetchedUnit> {
  const { file } = part;
  const { disk, memory, free } = budgets;
  const group = await file.rowGroup(part.index, signal);
  const read = columnsRead({ ...asked, stored: file.columns });
  const columns = new Set([...read, ...asked.clashes.map(({ place }) => place)]);
  const local = await reading.folder.use(() => fetchRowGroup(reading, { file, group, columns, disk }, signal));
  try {
    const { pageMemoryBytes } = memory;
    const groups = await reading.folder.use(() =>
      columnGroupsOf({ ...local, tail: file.tail, object: file.object, columns: read }, pageMemoryBytes),
    );
    const canShare = canShareMemory(group, columns, pageMemoryBytes);
    return new DecodedInTurn({
      turn,
      engines: canShare ? [reading.engine, reading.secondEngine] : [reading.engine],
      held: new HeldLines(Math.min(mostHeldBytes, memory.memoryBytes * heldShare), free),
      areLight: ({ bytes, rows }) => areRowsLight({ bytes: bytes.length, rows }),
      decode: (own, stop) => decode(reading, { ...part, ...own, group, local, asked, groups, canShare, memory }, stop),
      dispose: () => local[Symbol.asyncDispose](),
    });
  } catch (error) {
    await local[Symbol.asyncDispose]();
    throw error;
  }
}

type Decoding = Part &
  DecodingTurn & {
    readonly group: RowGroup;
    readonly local: LocalRowGroup;
    readonly asked: Asked;
    readonly groups: readonly ColumnGroup[];
    /** It takes so little memory that another one can be decoded at the same time. */
    readonly canShare: boolean;
    readonly memory: DecodingMemory;
  };

async function* decode(
  { folder, log, s3 }: Reading,
  { engine, alone, file, group, rowsDone, local, asked, groups, canShare, memory }: Decoding,
  signal: AbortSignal,
): AsyncGenerator<PlacedLines> {
  const rows = { from: rowsDone, to: group.rows }; // The local file has no other row group.
  const { frame, columns, constants, spellings } = asked;
  const source = { path: local.path, stored: file.columns, rows };
  const query = { ...source, frame, columns, constants, spellings, emittedAt: s3.clock.wall() };
  const claimed = Math.max(...groups.map((one) => one.claimed));
  let done = rowsDone;
  let isLight = canShare;
  await using stack = new AsyncDisposableStack();
  try {
    // Memory that light row groups have freed is of use to the next one.
    stack.defer(async () => void (isLight || (await engine.limitMemory(0))));
    if (!isLight) await engine.limitMemory(claimed + besidePagesBytes);
    let conflicts = await conflictsOf(engine, source, asked, signal);
    const mostBytes = Math.max(claimed + besidePagesBytes, memory.pageMemoryBytes);
    const narrows = async (): Promise<void> => {
      isLight = false;
      if (await alone()) await engine.limitMemory(mostBytes);
    };
    let all = linesInMemory(engine, { query, narrows }, signal);
    if (groups.length > 1) {
      log('INFO', `"${file.object.key}": the pages of row group ${group.index} are large: ${inTurns(groups)}`);
      const texts = stack.use(await spillColumns(engine, { query, local, groups, folder }, signal));
      all = engine.lines(joinedSql(query, texts.paths), signal);
    }
    const countChanges = lineChanges(frame);
    for await (const made of all) {
      const { lines, nulled } = countChanges(made);
      done += lines.rows;
      isLight &&= areRowsLight({ bytes: lines.bytes.length, rows: lines.rows });
      yield { ...lines, place: { unit: group.index, rows: done }, findings: { conflicts, undeclared: [], nulled } };
      conflicts = []; // Reported with the first lines.
    }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    // In turns, the local file is cut while it is read.
    const isWhole = error.code === 'FILE_UNREADABLE' && groups.length === 1;
    throw undecodable(error, file.object, isWhole ? await damagedPlace(engine, query, error, signal) : '');
  }
  if (done !== group.rows) {
    const text = `"${file.object.key}": row group ${group.index} has ${countOf(group.rows, 'row')}, ${done} came out.`;
    throw new ConnectorError('ENGINE_FAILED', text);
  }
}

function inTurns(groups: readonly ColumnGroup[]): string {
  const columns = groups.reduce((sum, one) => sum + one.columns.size, 0);
  return `its ${countOf(columns, 'column')} are decoded in ${countOf(groups.length, 'turn')}, within the available memory`;
}

async function conflictsOf(
  engine: Engine,
  source: Pick<RecordQuery, 'path' | 'stored' | 'rows'>,
  { clashes }: Asked,
  signal: AbortSignal,
): Promise<readonly Conflict[]> {
  if (clashes.length === 0) return [];
  const { from, to } = source.rows;
  const [differing] = await engine.rows(conflictSql({ ...source, clashes }), signal);
  return clashes.map(({ column, place }) => {
    return { column, rows: to - from, differing: Number(differing?.[`c${place}`]) };
  });
}
