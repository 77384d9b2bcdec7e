//! A lower bound of the cost of some requirements, computed fast.
//!
//! It is the bound of Erlenkotter's dual ascent for the location of facilities (DUALOC, 1978): a package is a
//! facility with the price of choosing it, a requirement a client, and the rank of an option the cost of
//! serving that client from there. Each requirement bids; for each package the bids beyond the rank add up to its
//! price at most. Any solution then costs no less than all bids together (weak duality of linear
//! programs). The needs of options are ignored, which only makes the bound lower.

use super::cost::CostSum;
use super::state::SearchState;

/// A cost in one number, so that it can be shared among bids: rank, packages and size in KiB, each weighted so that the
/// next ones never add up to one of it.
type Price = u128;

const ONE_RANK: Price = 1 << 84;
const ONE_PACKAGE: Price = 1 << 52;

/// A requirement that bids.
struct Client {
    /// Packages of its options, with the ranks.
    options: Vec<(usize, Price)>,
    bid: Price,
}

/// Returns the least that meeting these requirements costs, beyond the packages that are chosen already.
pub(super) fn bound(state: &SearchState<'_, '_>, open: &[usize]) -> CostSum {
    let mut clients: Vec<Client> = open
        .iter()
        .map(|&requirement| {
            let options = state.options(requirement).map(|index| {
                let option = state.option(requirement, index);
                (option.package, ONE_RANK * Price::from(option.rank))
            });
            let mut options: Vec<_> = options.collect();
            // The lower rank of two options of one package.
            options.sort_unstable();
            options.dedup_by_key(|(package, _)| *package);
            Client { options, bid: 0 }
        })
        .collect();
    // Those with few options leave more for others.
    clients.sort_by_key(|client| client.options.len());

    let price = |package: usize| match state.is_chosen(package) {
        true => 0,
        false => ONE_PACKAGE + Price::from(state.instance.packages[package].size_kib),
    };
    let mut left = vec![0; state.instance.packages.len()];
    let mut bidders = vec![0; state.instance.packages.len()];
    for &(package, _) in clients.iter().flat_map(|client| &client.options) {
        left[package] = price(package);
        bidders[package] += 1;
    }
    let prices = left.clone();
    let alone = raise(&mut clients, &mut left);

    // Again, after each has bid an equal share of its package's price: better where packages are shared.
    left.clone_from(&prices);
    for client in &mut clients {
        let share = |&(package, rank): &(usize, Price)| rank + prices[package] / bidders[package];
        client.bid = client.options.iter().map(share).min().unwrap_or(0);
        for &(package, rank) in &client.options {
            left[package] -= client.bid.saturating_sub(rank);
        }
    }
    let shared = raise(&mut clients, &mut left);
    cost_sum(alone.max(shared), state, &clients)
}

/// Raises the bids one after the other as far as prices allow, and returns their sum.
fn raise(clients: &mut [Client], left: &mut [Price]) -> Price {
    let mut sum = 0;
    for client in clients {
        let highest = |&(package, rank): &(usize, Price)| client.bid.max(rank) + left[package];
        let bid = client.options.iter().map(highest).min().unwrap_or(0);
        for &(package, rank) in &client.options {
            left[package] -= bid.saturating_sub(rank) - client.bid.saturating_sub(rank);
        }
        client.bid = bid;
        sum += bid;
    }
    sum
}

/// Splits a price into rank, packages and size. A part that no solution of these requirements adds up to counts as a
/// whole one of the next higher.
fn cost_sum(price: Price, state: &SearchState<'_, '_>, clients: &[Client]) -> CostSum {
    let (rank, rest) = ((price / ONE_RANK) as u64, price % ONE_RANK);
    let (packages, size_kib) = ((rest / ONE_PACKAGE) as usize, (rest % ONE_PACKAGE) as u64);
    // Upper bounds of everything that could be chosen for these requirements.
    let options = || clients.iter().flat_map(|client| &client.options);
    let most_packages = options().count();
    let most_kib: u64 = options().map(|&(package, _)| state.instance.packages[package].size_kib).sum();
    let (packages, size_kib) = if size_kib > most_kib { (packages + 1, 0) } else { (packages, size_kib) };
    match packages > most_packages {
        true => CostSum { rank: rank + 1, packages: 0, size_kib: 0 },
        false => CostSum { rank, packages, size_kib },
    }
}
