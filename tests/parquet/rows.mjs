// Prints a Parquet file as JSON lines: first how many rows each row group has, then the rows. Whole numbers of 64 bits become strings.
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'

const file = await asyncBufferFromFile(process.argv[2])
const metadata = await parquetMetadataAsync(file)
// The reader makes a binary fraction of a decimal: its first 15 digits are right.
const plain = (_, value) => typeof value === 'bigint' ? value.toString() : typeof value === 'number' ? Number(value.toPrecision(15)) : value
console.log(JSON.stringify(metadata.row_groups.map(group => group.num_rows), plain))
for (const row of await parquetReadObjects({ file, metadata })) {
  console.log(JSON.stringify(row, plain))
}
