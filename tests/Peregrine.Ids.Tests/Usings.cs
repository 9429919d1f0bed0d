global using Microsoft.Data.Sqlite;
global using Peregrine.Ids.Sqlite;
global using Peregrine.Testing;
